import { useEffect, useRef } from 'preact/hooks';

/**
 * Lets the phone's back button leave an inner screen instead of the app. The address stays as it is: nothing of what
 * is shown belongs into it. Returns what the screen's own back button calls.
 */
export function useBack(inside: boolean, onBack: () => void): () => void {
  const latest = useRef(onBack);
  latest.current = onBack;
  useEffect(() => {
    if (!inside) return;
    history.pushState({ inside: true }, '');
    const back = () => latest.current();
    addEventListener('popstate', back);
    return () => removeEventListener('popstate', back);
  }, [inside]);
  return () => history.back();
}
