import { useEffect, useState } from 'preact/hooks';
import { Button } from '../../common/Button.tsx';
import { askReplaced, disputeReplacement, findReplaced } from '../replaced.ts';
import type { Replaced } from '../store.ts';
import { type TextKey, useTexts } from '../texts.ts';
import type { World } from '../world.ts';
import { AskDialog } from './AskDialog.tsx';
import { State } from './states.tsx';

type Props = { readonly world: World; readonly onRegister: () => void };

/** SPEC R-5: another phone was registered. Whoever did not do that says so here, for 30 days. */
export function ReplacedState({ world, onRegister }: Props) {
  const { t } = useTexts();
  const [replaced, setReplaced] = useReplaced(world);
  const day = useDay();
  const disputed = replaced?.disputedAt !== undefined;
  const said = replaced ? t('state-replaced-at', { at: day.format(replaced.at) }) : t('state-replaced-text');
  return (
    <State
      picture="phones"
      title="state-replaced-title"
      text={disputed ? t('replaced-disputed') : said}
      button="state-register"
      onClick={onRegister}
    >
      {replaced && !disputed && (
        <NotMe world={world} replaced={replaced} day={day} onDisputed={setReplaced} />
      )}
    </State>
  );
}

type NotMeProps = {
  readonly world: World;
  readonly replaced: Replaced;
  readonly day: Intl.DateTimeFormat;
  readonly onDisputed: (replaced: Replaced) => void;
};

/** Asks once: it locks somebody's phone. */
function NotMe({ world, replaced, day, onDisputed }: NotMeProps) {
  const { t } = useTexts();
  const [asking, setAsking] = useState(false);
  async function dispute(): Promise<TextKey | undefined> {
    const result = await disputeReplacement(world, replaced);
    if (result.kind !== 'disputed') return FAILED[result.kind];
    onDisputed(result.replaced);
    return undefined;
  }
  return (
    <>
      <Button wide size="xlarge" look="tertiary" onClick={() => setAsking(true)}>
        {t('dispute')}
      </Button>
      <p class="aside">{t('replaced-until', { until: day.format(replaced.until) })}</p>
      <AskDialog
        open={asking}
        title="replaced-ask-title"
        button="dispute-do"
        onClose={() => setAsking(false)}
        onDo={dispute}
      >
        <p>{t('replaced-ask-text')}</p>
      </AskDialog>
    </>
  );
}

const FAILED = {
  unreachable: 'problem-unreachable',
  failed: 'problem-server',
  'too-late': 'replaced-too-late',
} as const satisfies Record<string, TextKey>;

function useDay(): Intl.DateTimeFormat {
  const { locale } = useTexts();
  return new Intl.DateTimeFormat(locale, { dateStyle: 'long' });
}

/** What this phone keeps of it, then what the server says of it now. */
function useReplaced(world: World) {
  const [replaced, setReplaced] = useState<Replaced>();
  useEffect(() => {
    async function look(): Promise<void> {
      const kept = await findReplaced(world.store, world.clock.now());
      setReplaced(kept);
      if (kept) setReplaced(await askReplaced(world, kept));
    }
    look();
    addEventListener('online', look);
    return () => removeEventListener('online', look);
  }, [world]);
  return [replaced, setReplaced] as const;
}
