import { useEffect, useRef } from 'preact/hooks';

/**
 * Lets the phone's back button leave an inner screen instead of the app. The address stays as it is: nothing of what
 * is shown belongs into it. Returns what the screen's own back button calls.
 * @param depth how many screens one is inside of; one is left at a time
 */
export function useBack(depth: number, onBack: () => void): () => void {
  const latest = useRef(onBack);
  latest.current = onBack;
  const before = useRef(0);
  useEffect(() => {
    for (let step = before.current; step < depth; step++) history.pushState({ inside: true }, '');
    before.current = depth;
    if (depth === 0) return;
    const back = () => latest.current();
    addEventListener('popstate', back);
    return () => removeEventListener('popstate', back);
  }, [depth]);
  return () => history.back();
}
