import { openDialog } from './dialog.ts';
import { type MotpErrorCode, sdkError } from './error.ts';
import { readPageMessage } from './messages.ts';
import { openPopup } from './popup.ts';
import type { Show } from './show.ts';

export interface CheckOptions {
  /** Where the check page is shown. Default `dialog`. A popup must be opened by a click. */
  display?: 'dialog' | 'popup';
  /** Id of the check. When given, a message about another check is not believed. */
  check?: string;
}

export interface CheckResult {
  /** The signed receipt, for the LMS's server. */
  receipt: string;
}

// Read while the script runs: it is null in every later task, and in a module.
const script = document.currentScript;
const home = script instanceof HTMLScriptElement ? new URL(script.src).origin : '';

const greetingInterval = 250;
const running = new Map<string, Promise<CheckResult>>();

/**
 * Shows the check at `url` to the learner, on top of the page.
 *
 * @param url The `url` of an opened check. Only addresses of the origin that served this script.
 * @returns the receipt: send it to the LMS's server, which verifies it. The browser decides nothing.
 * @throws Error with `code`: `closed` (the learner closed it), `expired` (open a new check),
 *   `popup-blocked`, or `wrong-origin`.
 */
export function check(url: string, options: CheckOptions = {}): Promise<CheckResult> {
  // A second click while the check is shown means the same check.
  const shown = running.get(url) ?? start(url, options).finally(() => running.delete(url));
  running.set(url, shown);
  return shown;
}

async function start(url: string, { display, check }: CheckOptions): Promise<CheckResult> {
  if (home === '' || !url.startsWith(`${home}/check/`)) throw sdkError('wrong-origin');
  return converse(url, display === 'popup' ? openPopup : openDialog, check);
}

function converse(url: string, show: Show, expected?: string): Promise<CheckResult> {
  return new Promise((resolve, reject) => {
    let check = expected;
    let receipt: string | undefined;
    // Closed after it was passed, it is passed.
    const end = (code: MotpErrorCode): void => {
      clearInterval(greeting);
      removeEventListener('message', listen);
      shown.close();
      if (receipt === undefined) reject(sdkError(code));
      else resolve({ receipt });
    };
    const listen = (event: MessageEvent<unknown>): void => {
      if (event.origin !== home || event.source === null || event.source !== shown.page()) return;
      const message = readPageMessage(event.data);
      check ??= message?.check;
      if (message === null || message.check !== check) return;
      if (message.type === 'motp:size') shown.fit(message.height);
      if (message.type === 'motp:passed') receipt = message.receipt;
      if (message.type === 'motp:done') end('closed');
      if (message.type === 'motp:left') end(message.code);
    };
    const shown = show(url, end);
    addEventListener('message', listen);
    const greeting = setInterval(() => {
      shown.page()?.postMessage({ type: 'motp:hello' }, home);
    }, greetingInterval);
  });
}
