import { Button } from '../../common/Button.tsx';
import type { Check, Standing } from '../start.ts';
import { type T, type TextKey, useTexts } from '../texts.ts';
import { Frame } from './Frame.tsx';

type Props = {
  readonly standing: Standing | undefined;
  readonly onBack: () => void;
  readonly onRetry: () => void;
};

export function HistoryScreen({ standing, onBack, onRetry }: Props) {
  const { t } = useTexts();
  return (
    <Frame title={t('history-title')}>
      <Checks standing={standing} onRetry={onRetry} />
      <div class="actions">
        <Button wide size="xlarge" look="tertiary" onClick={onBack}>
          {t('back')}
        </Button>
      </div>
    </Frame>
  );
}

function Checks({ standing, onRetry }: Pick<Props, 'standing' | 'onRetry'>) {
  const { t, locale } = useTexts();
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
  const when = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' });
  return (
    <ul class="checks-made">
      {standing.checks.map((check) => (
        <li key={`${check.at} ${check.course}`}>
          <strong>{check.course}</strong>
          <small>
            {check.institution} · {occasionText(t, check.occasion)} · {methodText(t, check.method)}
          </small>
          <time dateTime={check.at}>{when.format(new Date(check.at))}</time>
        </li>
      ))}
    </ul>
  );
}

const OCCASIONS = {
  entry: 'occasion-entry',
  lesson: 'occasion-lesson',
  'progress-test': 'occasion-progress-test',
  exam: 'occasion-exam',
  assignment: 'occasion-assignment',
} as const satisfies Record<string, TextKey>;

const METHODS = {
  motp: 'method-motp',
  phone: 'method-phone',
  ipin: 'method-ipin',
  exemption: 'method-exemption',
} as const satisfies Record<string, TextKey>;

const isIn = <Table extends object>(table: Table, key: PropertyKey): key is keyof Table =>
  Object.hasOwn(table, key);

function occasionText(t: T, { kind, number }: Check['occasion']): string {
  return isIn(OCCASIONS, kind) ? t(OCCASIONS[kind], { number }) : t('occasion-other');
}

/** A method that a newer server has is shown as the server calls it. */
const methodText = (t: T, method: string): string => (isIn(METHODS, method) ? t(METHODS[method]) : method);
