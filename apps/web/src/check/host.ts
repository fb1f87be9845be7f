import { isHello, type PageMessage } from '@motp/lms-sdk/messages';

/** The LMS's page that greeted this one. */
export type Host = {
  /** Whether this page is in the host's frame; otherwise the host opened its window. */
  readonly framed: boolean;
  /** Posts to the host's exact origin, with the check's id. */
  readonly say: (message: Unsent) => void;
};

type Unsent = PageMessage extends infer Message
  ? Message extends PageMessage
    ? Omit<Message, 'check'>
    : never
  : never;

export const isFramed = (): boolean => window.parent !== window;

/**
 * Waits for the greeting of the page that shows this one. It counts only from the parent or the opener, and only
 * from a registered origin: anybody else may open the address, but learns nothing by it.
 */
export function awaitHost(
  check: string,
  registered: readonly string[],
  greeted: (host: Host) => void,
): () => void {
  const listen = (event: MessageEvent<unknown>): void => {
    const { source, origin } = event;
    const framed = isFramed() && source === window.parent;
    if (!framed && (source === null || source !== window.opener)) return;
    if (!isHello(event.data) || !registered.includes(origin)) return;
    removeEventListener('message', listen);
    const target = source as Window;
    greeted({ framed, say: (message) => target.postMessage({ ...message, check }, origin) });
  };
  addEventListener('message', listen);
  return () => removeEventListener('message', listen);
}
