import { useId, useState } from 'preact/hooks';
import { Button } from '../../common/Button.tsx';
import { methodText, occasionText } from '../checks.ts';
import type { Check, Standing } from '../start.ts';
import { type TextKey, useTexts } from '../texts.ts';
import { AskDialog } from './AskDialog.tsx';
import { Frame } from './Frame.tsx';

type Props = {
  readonly standing: Standing | undefined;
  readonly onBack: () => void;
  readonly onRetry: () => void;
  /** “This was not me.” Resolves to what went wrong, if anything. */
  readonly onDispute: (check: Check) => Promise<TextKey | undefined>;
};

/** Every check that was passed with this phone; one that its owner did not make locks the registration (SPEC R-5). */
export function HistoryScreen({ standing, onBack, onRetry, onDispute }: Props) {
  const { t } = useTexts();
  const [asking, setAsking] = useState<Check>();
  return (
    <Frame title={t('history-title')}>
      <Checks standing={standing} onRetry={onRetry} onAsk={setAsking} />
      <div class="actions">
        <Button wide size="xlarge" look="tertiary" onClick={onBack}>
          {t('back')}
        </Button>
      </div>
      <AskDialog
        open={asking !== undefined}
        title="dispute-title"
        button="dispute-do"
        onClose={() => setAsking(undefined)}
        onDo={async () => asking && onDispute(asking)}
      >
        <p>{t('dispute-text', { institution: asking?.institution ?? '' })}</p>
      </AskDialog>
    </Frame>
  );
}

type ChecksProps = Pick<Props, 'standing' | 'onRetry'> & { readonly onAsk: (check: Check) => void };

function Checks({ standing, onRetry, onAsk }: ChecksProps) {
  const { t } = useTexts();
  if (!standing) return <p role="status">{t('history-loading')}</p>;
  if (standing.kind !== 'active') {
    return (
      <>
        <p role="status">{t('history-offline')}</p>
        <Button look="text" onClick={onRetry}>
          {t('retry')}
        </Button>
      </>
    );
  }
  if (standing.checks.length === 0) return <p>{t('history-empty')}</p>;
  return (
    <>
      <p class="aside">{t('history-lead')}</p>
      <ul class="checks-made">
        {standing.checks.map((check) => (
          <MadeCheck key={check.id} check={check} onAsk={() => onAsk(check)} />
        ))}
      </ul>
    </>
  );
}

function MadeCheck({ check, onAsk }: { readonly check: Check; readonly onAsk: () => void }) {
  const { t, locale } = useTexts();
  const id = useId();
  const when = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' });
  return (
    <li>
      <strong id={id}>{check.course}</strong>
      <small>
        {check.institution} · {occasionText(t, check.occasion)} · {methodText(t, check.method)}
      </small>
      <time dateTime={check.at}>{when.format(new Date(check.at))}</time>
      {check.disputed ? (
        <p class="disputed">{t('disputed')}</p>
      ) : (
        <button type="button" class="krds-btn text medium not-me" aria-describedby={id} onClick={onAsk}>
          {t('dispute')}
        </button>
      )}
    </li>
  );
}
