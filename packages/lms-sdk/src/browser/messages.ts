/**
 * What the LMS's page and the check page say to each other by `postMessage`. Every message names its
 * exact target origin; a receiver believes none before `origin`, `source` and check have been compared.
 */

/** LMS's page → check page, over and over, so that a page that was loaded again is greeted again. */
export interface Hello {
  type: 'motp:hello';
}

/** Check page → the registered origin that greeted it. */
export type PageMessage =
  /** Height of the content in CSS pixels, so that the frame can fit it. */
  | { type: 'motp:size'; check: string; height: number }
  /** The check is passed. The LMS's server decides by the receipt, never by this message. */
  | { type: 'motp:passed'; check: string; receipt: string }
  /** Success has been announced long enough: the page wants to be closed. */
  | { type: 'motp:done'; check: string }
  /** The learner is leaving without having passed. */
  | { type: 'motp:left'; check: string; code: 'closed' | 'expired' };

export function isHello(data: unknown): data is Hello {
  return isRecord(data) && data.type === 'motp:hello';
}

export function readPageMessage(data: unknown): PageMessage | null {
  if (!isRecord(data) || typeof data.check !== 'string') return null;
  const { type, check, height, receipt, code } = data;
  if (type === 'motp:size' && typeof height === 'number' && height > 0) return { type, check, height };
  if (type === 'motp:passed' && typeof receipt === 'string') return { type, check, receipt };
  if (type === 'motp:done') return { type, check };
  if (type === 'motp:left' && (code === 'closed' || code === 'expired')) return { type, check, code };
  return null;
}

function isRecord(data: unknown): data is Record<string, unknown> {
  return typeof data === 'object' && data !== null;
}
