import { type Handover, readHandover, type WindowMessage } from '../common/identity-handover.ts';

/** The browser as /identity/go needs it. */
export type GoHere = {
  /** The window that opened this one. */
  readonly opener: { postMessage(message: WindowMessage, origin: string): void } | null;
  readonly listen: (
    listener: (heard: { source: unknown; origin: string; data: unknown }) => void,
  ) => () => void;
  readonly every: (ms: number, look: () => void) => () => void;
};

export type Received = { readonly handover: Handover; readonly opener: string };

const READY_MS = 500;

/**
 * Tells the opener that this window is ready, until it hands an attempt over. That counts only from the opener
 * itself and from our own origins: anybody can open this address, and must not have an attempt of their own
 * completed here.
 */
export function awaitHandover(
  here: GoHere,
  origins: readonly string[],
  received: (received: Received) => void,
): () => void {
  const { opener } = here;
  if (opener === null) return () => undefined;
  const deaf = here.listen(({ source, origin, data }) => {
    if (source !== opener || !origins.includes(origin)) return;
    const handover = readHandover(data);
    if (handover === undefined) return;
    stop();
    received({ handover, opener: origin });
  });
  const say = (): void => {
    for (const origin of origins) opener.postMessage({ motp: 'identity-ready' }, origin);
  };
  const quiet = here.every(READY_MS, say);
  const stop = (): void => {
    deaf();
    quiet();
  };
  say();
  return stop;
}

/** Our origins: this one, and the app's where it has its own (`MOTP_APP_URL`). */
export function ownOrigins(here: string, app: string | null | undefined): readonly string[] {
  return app && URL.canParse(app) ? [...new Set([here, new URL(app).origin])] : [here];
}
