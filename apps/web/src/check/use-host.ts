import { useEffect, useRef, useState } from 'preact/hooks';
import { awaitHost, type Host } from './host.ts';
import type { CheckState } from './state.ts';

/** The page that shows this one, once it has greeted; it is told the height and when the learner leaves. */
export function useHost(state: CheckState | null): Host | null {
  const [host, setHost] = useState<Host | null>(null);
  const id = state?.id;
  const origins = state?.embedders?.join(' ') ?? '';

  // The greeting is repeated, so one that came before the state was known is not missed.
  useEffect(() => (id && origins ? awaitHost(id, origins.split(' '), setHost) : undefined), [id, origins]);

  useEffect(() => {
    if (!host?.framed) return undefined;
    const { say } = host;
    const sizes = new ResizeObserver(() => say({ type: 'motp:size', height: contentHeight() }));
    const content = document.querySelector('.check');
    if (content) sizes.observe(content);
    return () => sizes.disconnect();
  }, [host]);

  useEscape(host);
  return host;
}

/** A key pressed inside the frame never reaches the dialog around it; one before the greeting counts when it comes. */
function useEscape(host: Host | null): void {
  const leaving = useRef(false);
  useEffect(() => {
    const leave = (): void => {
      if (host?.framed) host.say({ type: 'motp:left', code: 'closed' });
      leaving.current = host === null;
    };
    if (leaving.current) leave();
    const leaveOnEscape = (event: KeyboardEvent): void => {
      if (event.key === 'Escape') leave();
    };
    document.addEventListener('keydown', leaveOnEscape);
    return () => document.removeEventListener('keydown', leaveOnEscape);
  }, [host]);
}

// Of the content, not of the document: that is never lower than the frame, so the frame could only grow.
function contentHeight(): number {
  return document.querySelector('.check')?.getBoundingClientRect().height ?? 0;
}
