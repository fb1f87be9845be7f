import { useEffect, useRef, useState } from 'preact/hooks';
import { End } from '../common/End.tsx';
import type { Host } from './host.ts';
import type { Screen } from './state.ts';
import { useTexts } from './texts.ts';

/** C-10: success is announced this long, then the page closes itself or returns. Milliseconds. */
const ANNOUNCED_FOR = 2_000;

type Props = { readonly screen: Extract<Screen, { kind: 'passed' }>; readonly host: Host | null };

export function Passed({ screen, host }: Props) {
  const t = useTexts();
  const { receipt, returnUrl, state } = screen;
  const announced = useAnnounced();
  const leaving = useRef(false);

  // At once, so that a learner who closes the page during the announcement has passed all the same.
  useEffect(() => {
    if (host && receipt) host.say({ type: 'motp:passed', receipt });
  }, [host, receipt]);
  useEffect(() => {
    if (!announced || leaving.current) return;
    leaving.current = leave(host, receipt, returnUrl);
  }, [announced, host]);

  const goingBack = (host !== null && receipt !== undefined) || returnUrl !== undefined;
  return (
    <End mark="done" title={t('passed.title')}>
      <p>{goingBack ? t('passed.back', { institution: state.institution.name }) : t('passed.stay')}</p>
      {returnUrl !== undefined && host === null && <a href={returnUrl}>{t('passed.return')}</a>}
    </End>
  );
}

function leave(host: Host | null, receipt: string | undefined, returnUrl: string | undefined): boolean {
  if (host && receipt) {
    host.say({ type: 'motp:done' });
    if (!host.framed) window.close();
    return true;
  }
  if (returnUrl === undefined) return false;
  location.replace(returnUrl);
  return true;
}

function useAnnounced(): boolean {
  const [announced, setAnnounced] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setAnnounced(true), ANNOUNCED_FOR);
    return () => clearTimeout(timer);
  }, []);
  return announced;
}
