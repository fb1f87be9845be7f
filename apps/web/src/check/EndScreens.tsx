import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Button } from '../common/Button.tsx';
import type { Host } from './host.ts';
import type { Screen } from './state.ts';
import { useTexts } from './texts.ts';
import { useNow } from './use-now.ts';

type EndProps = {
  readonly mark: 'done' | 'time' | 'stop';
  readonly title: string;
  readonly children: ComponentChildren;
};

const marks = {
  done: <path d="M14 25l7 7 14-15" />,
  time: <path d="M24 13v12l8 5" />,
  stop: <path d="M24 13v14M24 34v.5" />,
} as const;

/** One calm state that fills the page. The heading takes the focus, so that it is read out. */
export function End({ mark, title, children }: EndProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <section class={`end end-${mark}`}>
      <svg viewBox="0 0 48 48" width="72" height="72" aria-hidden="true">
        <circle cx="24" cy="24" r="22" />
        {marks[mark]}
      </svg>
      <h2 ref={heading} tabIndex={-1}>
        {title}
      </h2>
      {children}
    </section>
  );
}

export function Loading() {
  return (
    <p class="loading" role="status">
      {useTexts()('page.loading')}
    </p>
  );
}

type OverProps = { readonly screen: Extract<Screen, { kind: 'over' }>; readonly host: Host | null };

export function Over({ screen, host }: OverProps) {
  const t = useTexts();
  const institution = screen.state?.institution.name ?? t('end.institution');
  const kind = screen.status === 'passed' ? 'done' : 'expired';
  return (
    <End mark={kind === 'done' ? 'done' : 'time'} title={t(`${kind}.title`)}>
      <p>{t(`${kind}.text`, { institution })}</p>
      {host && (
        <Button onClick={() => host.say({ type: 'motp:left', code: 'expired' })}>{t('end.close')}</Button>
      )}
    </End>
  );
}

export function Unknown() {
  const t = useTexts();
  return (
    <End mark="stop" title={t('unknown.title')}>
      <p>{t('unknown.text')}</p>
    </End>
  );
}

type UnreachableProps = { readonly until: number; readonly retry: () => void };

export function Unreachable({ until, retry }: UnreachableProps) {
  const t = useTexts();
  const seconds = Math.ceil((until - useNow()) / 1000);
  return (
    <End mark="stop" title={t('unreachable.title')}>
      <p>{t('unreachable.text')}</p>
      {seconds > 0 && <p aria-hidden="true">{t('next.wait', { seconds })}</p>}
      <Button onClick={retry} busy={seconds > 0}>
        {t('unreachable.retry')}
      </Button>
    </End>
  );
}
