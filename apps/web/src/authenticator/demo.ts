import type { Records } from './store.ts';

export type DemoLinks = Records['demo'];

let links: DemoLinks | undefined;
const listeners = new Set<(links: DemoLinks | undefined) => void>();

/** The demo's other windows, as the server named them; undefined outside a demo. */
export const demoLinks = (): DemoLinks | undefined => links;

export function setDemoLinks(next: DemoLinks | undefined): void {
  links = next;
  for (const listener of listeners) listener(next);
}

export function onDemoLinks(listener: (links: DemoLinks | undefined) => void): () => void {
  listener(links);
  listeners.add(listener);
  return () => listeners.delete(listener);
}
