import type { TextKey } from './texts-ko.ts';

export const en: Readonly<Record<TextKey, string>> = {
  'page.title': 'Identity check',
  'go.title': 'Opening the identity check',
  'go.text': 'One moment, please.',
  'alone.title': 'Please start from the check page',
  'alone.text':
    'This window opens when you choose an identity check on the check page or in the mOTP app. Please close it and start there.',
  'silent.title': 'The identity check could not be started',
  'silent.text':
    'The page that started it does not answer. Please close this window and press the button there again.',

  'stranger.title': 'This identity check was not started here',
  'stranger.text':
    'The address was sent by somebody else, or the identity check has ended. Nothing was done. Please close this window and start again from the check page.',
  'running.title': 'Getting the result',
  'running.text': 'The result is being fetched from the identity provider. Please keep this window open.',
  'later.title': 'There is no result yet',
  'later.provider':
    'The identity provider does not answer. Please try again in a little while. If this goes on, go back to the check page and choose another way.',
  'later.unreachable': 'The server cannot be reached. Please check your connection and try again.',
  'later.server': 'The server cannot get the result right now. Please try again in a little while.',
  'later.again': 'Try again',
  'later.wait-minutes': 'You can try again in about {{minutes}} min',
  'later.wait': 'You can try again in {{seconds}} s',

  'passed.title': 'Your identity is confirmed',
  'differs.title': 'Your data differ',
  'differs.name': 'You were identified, but the name differs from the registered one.',
  'differs.phone': 'You were identified, but the mobile number differs from the registered one.',
  'differs.birthDate': 'You were identified, but the date of birth differs from the registered one.',
  'differs.other': 'You were identified, but your data differ from the registered ones.',
  'failed.title': 'You could not be identified',
  'failed.text': 'The identity provider did not confirm who you are.',
  'cancelled.title': 'The identity check was cancelled',
  'cancelled.text': 'You have not passed yet.',
  'over.title': 'The time for this identity check is over',
  'over.text': 'Please start again from the check page.',

  'leave.soon': 'You will be taken back in a moment.',
  'leave.next': 'The first page tells you what to do next.',
  'leave.by-hand': 'Please close this window and go back to the first page.',
  'leave.close': 'Close this window',
  'leave.back': 'Go back',

  'portone.title': 'Opening the identity check',
  'portone.text': 'One moment, please.',
  'portone.broken-title': 'The identity check could not be opened',
  'portone.broken-text':
    'The identity provider’s window did not open. Please check your connection and your ad blocker and try again, or go back and choose another way.',
  'portone.again': 'Try again',
};
