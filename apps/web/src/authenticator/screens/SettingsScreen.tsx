import { useState } from 'preact/hooks';
import { Button } from '../../common/Button.tsx';
import { withdraw } from '../start.ts';
import type { MaskedLearner } from '../store.ts';
import { type TextKey, texts, useTexts } from '../texts.ts';
import type { World } from '../world.ts';
import { AskDialog } from './AskDialog.tsx';
import { Frame } from './Frame.tsx';
import { LanguageChoice } from './LanguageChoice.tsx';
import { ResetDialog } from './ResetDialog.tsx';

type Props = {
  readonly world: World;
  readonly learner: MaskedLearner;
  /** Whether a certified identity check is to be had: it alone changes a name (SPEC R-9). */
  readonly renaming: boolean;
  readonly onChange: (what: 'phone' | 'name') => void;
  readonly onBack: () => void;
  readonly onReset: () => Promise<void>;
  readonly onWithdrawn: (said: TextKey) => void;
};

export function SettingsScreen(props: Props) {
  const { world, learner, renaming, onChange, onBack, onReset, onWithdrawn } = props;
  const { t, locale } = useTexts();
  const [asking, setAsking] = useState<'reset' | 'withdraw'>();
  const close = () => setAsking(undefined);

  return (
    <Frame title={t('settings-title')} class="settings">
      <Person learner={learner} renaming={renaming} onChange={onChange} />
      <section>
        <h2>{t('settings-language')}</h2>
        <LanguageChoice chosen={locale} onChoose={texts.choose} />
      </section>
      <Stored learner={learner} />
      <Ending onReset={() => setAsking('reset')} onWithdraw={() => setAsking('withdraw')} />
      <p class="aside">{t('settings-version', { version: __APP_VERSION__ })}</p>
      <div class="actions">
        <Button wide size="xlarge" look="tertiary" onClick={onBack}>
          {t('back')}
        </Button>
      </div>
      <ResetDialog open={asking === 'reset'} onClose={close} onReset={onReset} />
      <AskDialog
        open={asking === 'withdraw'}
        title="withdraw-title"
        button="withdraw-do"
        onClose={close}
        onDo={() => withdrawAll(world, onWithdrawn)}
      >
        <p>{t('withdraw-text')}</p>
      </AskDialog>
    </Frame>
  );
}

async function withdrawAll(world: World, onWithdrawn: Props['onWithdrawn']): Promise<TextKey | undefined> {
  const result = await withdraw(world);
  if (result === 'unreachable') return 'problem-unreachable';
  if (result === 'failed') return 'problem-server';
  onWithdrawn('notice-withdrawn');
  return undefined;
}

/** SPEC R-9: what may change without registering again. */
function Person({ learner, renaming, onChange }: Pick<Props, 'learner' | 'renaming' | 'onChange'>) {
  const { t } = useTexts();
  return (
    <section>
      <h2>{t('settings-person')}</h2>
      <p>
        {learner.name} · {learner.phone}
      </p>
      <Button look="tertiary" onClick={() => onChange('phone')}>
        {t('change-phone')}
      </Button>
      {renaming ? (
        <Button look="tertiary" onClick={() => onChange('name')}>
          {t('change-name')}
        </Button>
      ) : (
        <p class="aside">{t('change-name-institution')}</p>
      )}
    </section>
  );
}

function Stored({ learner }: { readonly learner: MaskedLearner }) {
  const { t } = useTexts();
  return (
    <section>
      <h2>{t('settings-stored')}</h2>
      <ul class="points">
        <li>{t('settings-stored-keys')}</li>
        <li>{t('settings-stored-seed')}</li>
        <li>{t('settings-stored-learner', learner)}</li>
        <li>{t('settings-stored-clock')}</li>
      </ul>
      <p class="aside">{t('settings-stored-not')}</p>
    </section>
  );
}

function Ending({ onReset, onWithdraw }: { readonly onReset: () => void; readonly onWithdraw: () => void }) {
  const { t } = useTexts();
  return (
    <section>
      <h2>{t('settings-end')}</h2>
      <p class="aside">{t('settings-reset-text')}</p>
      <Button look="tertiary" onClick={onReset}>
        {t('reset-open')}
      </Button>
      <p class="aside">{t('settings-withdraw-text')}</p>
      <Button look="tertiary" onClick={onWithdraw}>
        {t('settings-withdraw')}
      </Button>
    </section>
  );
}
