import type { IdentityAttempt } from '@motp/protocol';
import {
  addressOf,
  type Handover,
  isDone,
  isReady,
  isWebAddress,
  keepAttempt,
  type Session,
  type StarterMessage,
} from './identity-handover.ts';
import { isLocale, type Locale } from './locale.ts';
import type { Answer } from './problem.ts';

export type Starting = {
  /** Asks the server for the attempt; called once, and only when there is a window or a tab to go to. */
  readonly begin: () => Promise<Answer<IdentityAttempt>>;
  /** Where this tab goes on afterwards if no window can be had: a path on this origin. */
  readonly back: string;
  /** Said in the empty window until the server has answered. */
  readonly wait: string;
};

export type Started =
  | IdentityWindow
  /** No window could be had: this very tab is going to the provider and comes back to `back`. */
  | { readonly kind: 'leaving' }
  /** No window could be had, and this page cannot go itself (it stands in a frame). Nothing was begun. */
  | { readonly kind: 'blocked' }
  /** The server did not begin one; the window is closed again. */
  | { readonly kind: 'not-begun'; readonly answer: Exclude<Answer<IdentityAttempt>, { kind: 'ok' }> };

/** An identity check goes on in another window. */
export type IdentityWindow = {
  readonly kind: 'window';
  readonly attempt: IdentityAttempt;
  /**
   * Whether the window is gone, as far as can be told: a provider's page may cut the tie to its opener (COOP), so
   * the attempt may end all the same. Who waits goes on asking the state.
   */
  readonly closed: () => boolean;
  /** In a click: brings the window to the front, or opens it again. @returns false when none could be had */
  readonly show: () => boolean;
  /** Closes the window and stops listening. The attempt is not ended by it: a result that arrives still counts. */
  readonly leave: () => void;
  /** `done`: the window came back and the outcome stands in the state. `closed`: see there; said once. */
  readonly finished: Promise<'done' | 'closed'>;
};

export type Popup = {
  readonly closed: boolean;
  focus(): void;
  close(): void;
  postMessage(message: StarterMessage, origin: string): void;
  go(url: string): void;
  /** Whether a message came from this window. */
  is(source: unknown): boolean;
};

export type Heard = { readonly source: unknown; readonly origin: string; readonly data: unknown };

/** The browser as this module needs it. */
export type Here = {
  readonly isTop: boolean;
  readonly origin: string;
  readonly lang: Locale | undefined;
  readonly session: Session;
  /** An empty window; null where none can be had. */
  readonly open: (wait: string) => Popup | null;
  readonly go: (url: string) => void;
  readonly listen: (listener: (heard: Heard) => void) => () => void;
  /** Calls again and again, every `ms`, until stopped. */
  readonly every: (ms: number, look: () => void) => () => void;
};

/**
 * Starts an identity check, in a click: browsers give a window to nobody else. The window is opened empty and at
 * once, and goes to the provider when the server has answered.
 */
export async function startIdentity({ begin, back, wait }: Starting, here: Here): Promise<Started> {
  const popup = here.open(wait);
  if (popup === null && !here.isTop) return { kind: 'blocked' };
  const answer = await begin();
  if (answer.kind !== 'ok') {
    popup?.close();
    return { kind: 'not-begun', answer };
  }
  const attempt = answer.body;
  if (popup === null && goInThisTab(attempt, back, here)) return { kind: 'leaving' };
  return watchWindow(attempt, popup, here, wait);
}

// The return page reads the secret from its own origin's session, so only a page of that origin can go itself.
function goInThisTab(attempt: IdentityAttempt, back: string, here: Here): boolean {
  if (new URL(attempt.window).origin !== here.origin || !isWebAddress(attempt.url)) return false;
  const handover = handoverOf(attempt, here);
  if (!keepAttempt(here.session, { ...handover, back })) return false;
  here.go(addressOf(handover));
  return true;
}

function handoverOf({ attempt, secret, url, sdk }: IdentityAttempt, { lang }: Here): Handover {
  return {
    attempt,
    secret,
    url,
    ...(sdk === undefined ? {} : { sdk }),
    ...(lang === undefined ? {} : { lang }),
  };
}

const LOOK_MS = 500;

function watchWindow(
  attempt: IdentityAttempt,
  opened: Popup | null,
  here: Here,
  wait: string,
): IdentityWindow {
  const { origin } = new URL(attempt.window);
  let popup = opened;
  let end: (how: 'done' | 'closed') => void = () => undefined;
  const finished = new Promise<'done' | 'closed'>((resolve) => {
    end = resolve;
  });
  const deaf = here.listen((heard) => {
    if (!popup?.is(heard.source) || heard.origin !== origin) return;
    if (isReady(heard.data))
      popup.postMessage({ motp: 'identity-start', ...handoverOf(attempt, here) }, origin);
    if (isDone(heard.data, attempt.attempt)) finish('done');
  });
  const blind = here.every(LOOK_MS, () => isClosed() && end('closed'));
  const isClosed = (): boolean => popup === null || popup.closed;
  function finish(how: 'done' | 'closed'): void {
    deaf();
    blind();
    end(how);
  }
  function show(): boolean {
    if (isClosed()) {
      popup = here.open(wait);
      popup?.go(attempt.window);
    }
    popup?.focus();
    return popup !== null;
  }
  popup?.go(attempt.window);
  return {
    kind: 'window',
    attempt,
    closed: isClosed,
    show,
    leave() {
      finish('closed');
      popup?.close();
    },
    finished,
  };
}

const FEATURES = 'popup,width=480,height=720';

/** The page's own browser. */
export const thisBrowser = (): Here => ({
  isTop: window.top === window,
  origin: location.origin,
  lang: isLocale(document.documentElement.lang) ? document.documentElement.lang : undefined,
  session: () => sessionStorage,
  open(wait) {
    const opened = window.open('', '_blank', FEATURES);
    // The web view of an app may know no second window, and gives this one for it.
    if (opened === null || opened === window || opened === window.top) return null;
    say(opened, wait);
    return popupOf(opened);
  },
  go: (url) => location.assign(url),
  listen(listener) {
    addEventListener('message', listener);
    return () => removeEventListener('message', listener);
  },
  every(ms, look) {
    const timer = setInterval(look, ms);
    return () => clearInterval(timer);
  },
});

const popupOf = (opened: Window): Popup => ({
  get closed() {
    return opened.closed;
  },
  focus: () => opened.focus(),
  close: () => opened.close(),
  postMessage: (message, origin) => opened.postMessage(message, origin),
  go(url) {
    opened.location.href = url;
  },
  is: (source) => source === opened,
});

function say(opened: Window, words: string): void {
  try {
    opened.document.title = words;
    opened.document.body.textContent = words;
  } catch {
    // An empty window without words is still the window.
  }
}
