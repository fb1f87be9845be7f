import { Button } from '../common/Button.tsx';
import { End } from '../common/End.tsx';
import type { KeptAttempt } from '../common/identity-handover.ts';
import { useNow } from '../common/use-now.ts';
import type { Ended, ReturnScreen } from './return.ts';
import { type Translate, useTexts } from './texts.ts';
import type { TextKey } from './texts-ko.ts';
import { useLeaving, useReturn } from './use-return.ts';
import { Leave, Waiting } from './words.tsx';

type Props = { readonly kept: KeptAttempt };

/** The provider sent the browser back: fetches the outcome, shows it, and leads back to where it was started. */
export function ReturnPage({ kept }: Props) {
  const { screen, again } = useReturn(kept);
  switch (screen.kind) {
    case 'running':
      return <Waiting title="running.title" text="running.text" />;
    case 'stranger':
      return <Stranger />;
    case 'later':
      return <Later screen={screen} again={again} kept={kept} />;
    case 'ended':
      return <EndedScreen ended={screen.ended} kept={kept} />;
  }
}

/** Nothing was sent: whoever follows a link of somebody else has no secret (PROTOCOL §3). */
export function Stranger() {
  const t = useTexts();
  return (
    <End level="h1" mark="stop" title={t('stranger.title')}>
      <p>{t('stranger.text')}</p>
    </End>
  );
}

type LaterProps = Props & {
  readonly screen: Extract<ReturnScreen, { kind: 'later' }>;
  readonly again: () => void;
};

function Later({ screen, again, kept }: LaterProps) {
  const t = useTexts();
  const seconds = Math.ceil((screen.until - useNow()) / 1000);
  return (
    <End level="h1" mark="stop" title={t('later.title')}>
      <p>{t(`later.${screen.because}`)}</p>
      {seconds > 0 && <p aria-hidden="true">{waitText(seconds, t)}</p>}
      <Button onClick={again} busy={seconds > 0}>
        {t('later.again')}
      </Button>
      <Leave kept={kept} />
    </End>
  );
}

const waitText = (seconds: number, t: Translate): string =>
  seconds > 120
    ? t('later.wait-minutes', { minutes: Math.ceil(seconds / 60) })
    : t('later.wait', { seconds });

const refusals = {
  'identity-differs': { title: 'differs.title', text: 'differs.other', mark: 'stop' },
  'identity-failed': { title: 'failed.title', text: 'failed.text', mark: 'stop' },
  'identity-cancelled': { title: 'cancelled.title', text: 'cancelled.text', mark: 'stop' },
  'check-over': { title: 'over.title', text: 'over.text', mark: 'time' },
} as const;

function wordsOf(ended: Ended): { mark: 'done' | 'stop' | 'time'; title: TextKey; text?: TextKey } {
  if (ended.outcome === 'passed') return { mark: 'done', title: 'passed.title' };
  const words = refusals[ended.reason];
  return ended.field === undefined ? words : { ...words, text: `differs.${ended.field}` };
}

function EndedScreen({ ended, kept }: Props & { readonly ended: Ended }) {
  const t = useTexts();
  const isByHand = useLeaving(kept, ended);
  const { mark, title, text } = wordsOf(ended);
  const leaving = ended.outcome === 'passed' ? 'leave.soon' : 'leave.next';
  return (
    <End level="h1" mark={mark} title={t(title)}>
      {text && <p>{t(text)}</p>}
      <p role="status">{t(isByHand ? 'leave.by-hand' : leaving)}</p>
      <Leave kept={kept} />
    </End>
  );
}
