import { useEffect, useState } from 'preact/hooks';
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
    // A key pressed inside the frame never reaches the dialog around it.
    const leaveOnEscape = (event: KeyboardEvent): void => {
      if (event.key === 'Escape') say({ type: 'motp:left', code: 'closed' });
    };
    document.addEventListener('keydown', leaveOnEscape);
    return () => {
      sizes.disconnect();
      document.removeEventListener('keydown', leaveOnEscape);
    };
  }, [host]);
  return host;
}

// Of the content, not of the document: that is never lower than the frame, so the frame could only grow.
function contentHeight(): number {
  return document.querySelector('.check')?.getBoundingClientRect().height ?? 0;
}
