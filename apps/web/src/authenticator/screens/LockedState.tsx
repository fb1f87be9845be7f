import type { LockReason } from '@motp/protocol';
import { useState } from 'preact/hooks';
import { Button } from '../../common/Button.tsx';
import { deviceIdentity } from '../identity.ts';
import type { Active } from '../start.ts';
import type { Attempt } from '../store.ts';
import { type TextKey, useTexts } from '../texts.ts';
import { useIdentity } from '../use-identity.ts';
import type { World } from '../world.ts';
import { IdentityButtons } from './IdentityButtons.tsx';
import { ResetDialog } from './ResetDialog.tsx';
import { State } from './states.tsx';

type Props = {
  readonly world: World;
  readonly why: LockReason;
  readonly identity: Active['identity'];
  readonly attempt: Attempt | undefined;
  readonly onUnlocked: () => Promise<void>;
  readonly onRetry: () => void;
  readonly onHistory: () => void;
  readonly onReset: () => Promise<void>;
};

/** Why, and then the way out: with a certified identity check and without one. */
const TEXTS = {
  'wrong-codes': { why: 'state-locked-text', identity: 'locked-identity', without: 'locked-reset' },
  disputed: { why: 'locked-disputed', identity: 'locked-identity', without: 'locked-institution' },
} as const satisfies Record<LockReason, Record<string, TextKey>>;

/** Five wrong codes on check pages (SPEC C-5), or its owner said “this was not me”. */
export function LockedState(props: Props) {
  const { t } = useTexts();
  const [asking, setAsking] = useState(false);
  const { world, why, identity, onUnlocked } = props;
  const work = deviceIdentity(world, 'unlock');
  const check = useIdentity(work, props.attempt, async () => void (await onUnlocked()));
  const offered = identity.length > 0;
  const { why: reason, ...ways } = TEXTS[why];
  return (
    <State picture="lock" title="state-locked-title" text={t(reason)}>
      <p class="state-text">{t(ways[offered ? 'identity' : 'without'])}</p>
      {offered && <IdentityButtons check={check} methods={identity} />}
      {why === 'wrong-codes' && <ResetWay quiet={offered} onClick={() => setAsking(true)} />}
      <div class="side-by-side">
        <Button look="text" onClick={props.onRetry}>
          {t('state-locked-retry')}
        </Button>
        <Button look="text" onClick={props.onHistory}>
          {t('locked-history')}
        </Button>
      </div>
      <ResetDialog open={asking} onClose={() => setAsking(false)} onReset={props.onReset} />
    </State>
  );
}

/** A new registration starts at zero. */
function ResetWay({ quiet, onClick }: { readonly quiet: boolean; readonly onClick: () => void }) {
  const { t } = useTexts();
  const look = quiet ? ({ look: 'text' } as const) : ({ wide: true, size: 'xlarge' } as const);
  return (
    <Button {...look} onClick={onClick}>
      {t('state-locked-do')}
    </Button>
  );
}
