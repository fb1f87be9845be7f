import { Button } from '../../common/Button.tsx';
import { deviceIdentity } from '../identity.ts';
import type { Active } from '../start.ts';
import type { Attempt, MaskedLearner } from '../store.ts';
import { useTexts } from '../texts.ts';
import { useIdentity } from '../use-identity.ts';
import type { World } from '../world.ts';
import { Frame } from './Frame.tsx';
import { IdentityButtons } from './IdentityButtons.tsx';

type Props = {
  readonly world: World;
  readonly learner: MaskedLearner;
  readonly identity: Active['identity'];
  readonly attempt: Attempt | undefined;
  readonly onChanged: () => Promise<void>;
  readonly onBack: () => void;
};

/** Another name is what a certified identity check says it is (SPEC R-9). */
export function NameScreen({ world, learner, identity, attempt, onChanged, onBack }: Props) {
  const { t } = useTexts();
  const check = useIdentity(deviceIdentity(world, 'name'), attempt, async () => void (await onChanged()));
  return (
    <Frame title={t('change-name')}>
      <div class="card">
        <p>{t('name-now', learner)}</p>
        <p>{t('name-text', learner)}</p>
        <p class="aside">{t('name-institution')}</p>
      </div>
      <IdentityButtons check={check} methods={identity} />
      <Button look="text" onClick={onBack}>
        {t('back')}
      </Button>
    </Frame>
  );
}
