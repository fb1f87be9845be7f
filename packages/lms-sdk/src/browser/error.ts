const messages = {
  closed: 'The learner closed the check.',
  expired: 'The check is over. Open a new one.',
  'wrong-origin': 'The address is not one of the server that served this script.',
  'popup-blocked': 'The browser blocked the popup. Call Motp.check() from a click, or use the dialog.',
} as const;

export type MotpErrorCode = keyof typeof messages;

export function sdkError(code: MotpErrorCode): Error & { code: MotpErrorCode } {
  return Object.assign(new Error(messages[code]), { name: 'MotpError', code });
}
