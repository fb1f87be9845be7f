import { Button } from '../../common/Button.tsx';
import { demoLinks } from '../demo.ts';
import { type T, useTexts } from '../texts.ts';
import { NewTab } from './DemoStrip.tsx';

type MessageProps = { readonly phone: string; readonly reference: string; readonly sent?: boolean };

/** Where the message went, and the three characters that it must show as well (SPEC R-2). */
export function MessageCard({ phone, reference, sent = true }: MessageProps) {
  const { t } = useTexts();
  const demo = demoLinks();
  return (
    <div class="card message">
      {sent && <p>{t('proof-sent', { phone })}</p>}
      <dl class="reference">
        <dt>{t('proof-reference')}</dt>
        <dd>{reference}</dd>
      </dl>
      <p class="aside">{t('proof-reference-hint')}</p>
      <p class="aside">{t('proof-warning')}</p>
      {demo && (
        <p class="demo-hint">
          {t('proof-demo')} <NewTab href={demo.outboxUrl} text={t('proof-demo-open')} />
        </p>
      )}
    </div>
  );
}

const secondsUntil = (until: number, now: number): number => Math.max(0, Math.ceil((until - now) / 1000));

export function TimeLeft({ until, now }: { readonly until: number; readonly now: number }) {
  const { t } = useTexts();
  const seconds = secondsUntil(until, now);
  const time = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
  return (
    <div class="time-left">
      {seconds > 0 && <p aria-hidden="true">{t('proof-time', { time })}</p>}
      <p class={seconds > 0 ? 'sr-only' : 'time-over'} role="status">
        {announcement(t, seconds)}
      </p>
    </div>
  );
}

// A changed text is read out: whole minutes, the last half minute and the end, never every second.
function announcement(t: T, seconds: number): string {
  if (seconds === 0) return t('proof-expired');
  return seconds <= 30 ? t('proof-time-half') : t('proof-time-minutes', { minutes: Math.ceil(seconds / 60) });
}

type ResendProps = {
  readonly at: number;
  readonly now: number;
  readonly busy: boolean;
  readonly onClick: () => void;
};

export function ResendButton({ at, now, busy, onClick }: ResendProps) {
  const { t } = useTexts();
  const seconds = secondsUntil(at, now);
  return (
    <Button look="text" disabled={seconds > 0} busy={busy} onClick={onClick}>
      {seconds > 0 ? t('proof-resend-in', { seconds }) : t('proof-resend')}
    </Button>
  );
}
