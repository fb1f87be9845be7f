import type { TextKey } from './texts-ko.ts';

export const en: Readonly<Record<TextKey, string>> = {
  'page.title': 'Identity check',
  'page.document': 'Identity check · {{institution}}',
  'page.other-language': '한국어',
  'page.loading': 'Loading the identity check',

  'card.title': 'Learner',
  'card.name': 'Name',
  'card.phone': 'Mobile',
  'card.course': 'Course',
  'card.occasion': 'Check for',
  'card.not-you': 'If this is not you, do not go on, and tell your training institution.',

  'occasion.entry': 'Course entry',
  'occasion.lesson': 'Lesson {{number}}',
  'occasion.progress-test': 'Progress test',
  'occasion.exam': 'Exam',
  'occasion.assignment': 'Assignment',
  'occasion.other': 'Other',
  'occasion.attempt': '{{occasion}}, attempt {{number}}',

  'code.label': 'Code',
  'code.hint': 'The 6 digits shown in the mOTP app',
  'code.submit': 'Confirm',
  'code.sending': 'Checking',
  'code.time-left': 'Time left',
  'code.tries-left': 'Tries left',
  'code.tries': '{{count}}',
  'code.time-left-spoken': '{{time}} left to finish the check.',
  'code.open-app': 'Open the mOTP app',
  'code.new-tab': '(new window)',

  'way.title': 'Can’t use the app?',
  'way.phone': 'Mobile identity check',
  'way.ipin': 'i-PIN',
  'way.motp': 'the mOTP app',
  'way.or': '{{first}} or {{second}}',
  'way.starting': 'Opening the identity check',

  'identity.title': '{{way}} is under way',
  'identity.text':
    'Please finish the identity check in the window that has opened. This page then goes on by itself.',
  'identity.closed':
    'The window seems to be closed. If you have finished the identity check, please wait a moment. If not, choose Show the window.',
  'identity.show': 'Show the window',
  'identity.not-shown':
    'The window could not be opened. Please allow pop-ups in your browser and press again.',
  'identity.cancel': 'Cancel',
  'identity.blocked':
    'Your browser blocked the window of the identity check. Please allow pop-ups and press again, or go on in a new window.',
  'identity.elsewhere': 'Go on in a new window',
  'identity.differs-name':
    'You were identified, but the name differs from the one at {{institution}}. Please use an identity of your own. If the name there is wrong, ask {{institution}} to correct it, then start a new check.',
  'identity.differs-phone':
    'You were identified, but the mobile number differs from the one at {{institution}}. Please use the phone with the registered number. If your number has changed, ask {{institution}} to correct it, then start a new check.',
  'identity.differs-birthDate':
    'You were identified, but the date of birth differs from the one at {{institution}}. Please use an identity of your own. If the date there is wrong, ask {{institution}} to correct it, then start a new check.',
  'identity.differs':
    'You were identified, but your data differ from those at {{institution}}. Please use an identity of your own, or contact {{institution}}.',
  'identity.failed':
    'You could not be identified and have not passed yet. Please start again or choose another way.',
  'identity.cancelled':
    'The identity check was cancelled. You have not passed yet: please start again or choose another way.',
  'identity.over': 'The time for the identity check ran out. You have not passed yet: please start again.',
  'trouble.provider-unavailable':
    'The service of {{way}} does not answer. Please use {{others}}, or try again in a little while.',
  'trouble.identity-unavailable': '{{way}} cannot be used at the moment. Please use {{others}}.',
  'trouble.identity-limit':
    'You have started as many identity checks as are allowed. Please use the mOTP app, or start again in about {{time}}.',
  'trouble.too-many-failures':
    'There were many failed attempts, so this is paused. Please try again in about {{time}}.',
  'trouble.unreachable':
    'The server cannot be reached, so nothing was started. Please check your connection and press again.',
  'trouble.other': 'The server could not start it. Please press again in a little while, or use {{others}}.',

  'replaced.text':
    'On {{time}} the mOTP app of this number moved to another phone. Please enter the code of the phone that was registered last.',
  'replaced.not-you':
    'If you did not do this, open the app on the phone you used before and report it, and tell {{institution}}.',

  'time.locale': 'en-GB',
  'time.minutes-seconds': '{{minutes}} min {{seconds}} s',
  'time.minutes': '{{minutes}} min',
  'time.seconds': '{{seconds}} s',
  'time.hours': '{{hours}} h',
  'time.hours-minutes': '{{hours}} h {{minutes}} min',

  'refused.not-a-code': 'Please enter 6 digits: the code that the mOTP app shows now.',
  'refused.wrong-code':
    'The code is wrong. Please enter the code that the app shows now. Tries left: {{count}}.',
  'refused.wrong-code-last': 'The code was wrong five times. Checks are now locked.',
  'refused.code-used':
    'This code has been used already. Please wait for the next code in the app and enter it.',
  'refused.code-too-old': 'This code is too old. Please enter the new code that the app shows now.',
  'refused.clock-off':
    'The clock of your phone is about {{offset}} {{direction}}. Connect to the internet, open the app once, and enter the new code. Tries left: {{count}}.',
  'refused.clock-off-last':
    'The clock of your phone is about {{offset}} {{direction}}. This was the fifth error: checks are now locked.',
  'refused.clock-fast': 'fast',
  'refused.clock-slow': 'slow',
  'refused.not-registered': 'No mOTP app is registered with this number. Please register the app first.',
  'refused.name-differs': 'The name registered in the app differs from the name at your institution.',
  'refused.phone-differs': 'The number registered in the app differs from the number at your institution.',
  'refused.locked':
    'Checks are locked: too many codes were wrong, or somebody reported that this app is not theirs.',
  'refused.too-many-failures':
    'There were many wrong attempts, so this is paused. Please try again in a little while.',
  'refused.busy': 'There are many requests at the moment. Please try again in a little while.',
  'refused.not-judged':
    'The connection was lost and the code was not checked. You have not passed yet: please press Confirm again.',
  'refused.outcome-unknown':
    'The server cannot be reached, so the result is not known yet. Please check your connection, then ask for the result.',

  'next.new-code-in': 'New code in about {{seconds}} s',
  'next.wait': 'You can try again in {{time}}',
  'next.ask-again': 'Ask for the result',
  'next.clock': 'You do not need to set the clock: the app corrects it by itself.',
  'next.registered-name': 'Name registered in the app',
  'next.registered-phone': 'Last digits of the number registered in the app',
  'next.name-differs':
    'Please look at the name in your profile at the institution. If it is wrong, ask {{institution}} to correct it. If it is right, the name in the app has to be changed: please contact us.',
  'next.phone-differs':
    'If your number has changed, put the new number into your profile at the institution. If the profile is right, reset the app and register again with that number.',
  'next.contact': 'Contact: {{phone}}',
  'next.contact-institution': 'If this does not help, please contact {{institution}}.',
  'next.locked-ways':
    'You can go on at once with {{ways}}. If the result also matches the data in the app, the lock is lifted.',
  'next.not-registered-ways': 'You can also go on without the app: {{ways}}.',
  'next.differs-ways': 'If your profile at the institution is right, you can go on at once with {{ways}}.',
  'next.locked':
    'In the mOTP app choose Reset and register again: you can then go on at once. Your number is confirmed by a text message.',
  'next.register': 'Register the app',

  'guide.title': 'How it works',
  'guide.open': 'Open the mOTP app on your phone.',
  'guide.passcode': 'Enter your app passcode: a 6-digit code appears.',
  'guide.type': 'Type the code here and press Confirm.',

  'install.title': 'No app yet?',
  'install.scan':
    'Point the camera of your phone at the QR code to open the app. You register once, with your name and number.',
  'install.open': 'This address opens the app. You register once, with your name and number.',
  'install.qr': 'QR code with the address of the mOTP app',
  'install.address': 'Address of the app',
  'install.copy': 'Copy address',
  'install.copied': 'Copied',
  'install.needed': 'No app is registered with this name and number yet. Please register the app first.',

  'demo.title': 'Demo',
  'demo.text':
    'Without a phone, open the app on this computer and read its messages in the outbox. A QR code with localhost opens on this computer only.',
  'demo.app': 'Open the app',
  'demo.outbox': 'Open the outbox',

  'passed.title': 'You are confirmed',
  'passed.back': 'You will be taken back to {{institution}} in a moment.',
  'passed.stay': 'You can close this window.',
  'passed.return': 'Go back now',

  'expired.title': 'The time for this check is over',
  'expired.text': 'Please go back to {{institution}} and start the identity check again.',
  'done.title': 'This check has been passed already',
  'done.text': 'Please close this window and go back to {{institution}}.',
  'unknown.title': 'This check cannot be found',
  'unknown.text':
    'The address is incomplete or the check is too old. Please go back to your institution and start again.',
  'unreachable.title': 'No connection',
  'unreachable.text': 'Please check your internet connection and try again.',
  'unreachable.retry': 'Try again',
  'end.close': 'Close',
  'end.institution': 'your institution',

  'help.title': 'Help',
  'help.phone': 'Phone',
  'help.url': 'Remote support and guides',
  'manual.first': 'First time here?',
  'manual.step1':
    'Open the address of the app on your phone and add it to the home screen. The app works on one phone only.',
  'manual.step2':
    'Accept the terms, then enter your name, your mobile number and a six-digit app passcode. Name and number must be the same as at your institution.',
  'manual.step3': 'Enter the 6 digits that you receive by text message. The app is now registered.',
  'manual.step4':
    'With the app passcode you see a code that changes every 60 seconds. Enter that code on this page.',
  'manual.step5':
    'When the page says that you have passed, your lesson or test goes on. Next time, begin at step 4.',
  'manual.questions': 'Questions and answers',
  'manual.errors-q': 'I entered five wrong codes and am locked out.',
  'manual.errors-a':
    'Choose Reset in the app and register again: you can then go on at once. Your number is confirmed by a text message.',
  'manual.errors-ways':
    'You can also go on with {{ways}}. If the result matches the data in the app, the lock is lifted too.',
  'manual.passcode-q': 'I forgot my app passcode.',
  'manual.passcode-a':
    'The passcode never leaves your phone, so nobody can tell it to you. Choose Reset in the app and register again with a new passcode.',
  'manual.phone-q': 'I have a new phone, or deleted the app.',
  'manual.phone-a':
    'Open the app on the new phone and register again. The old phone’s registration ends by itself. If your number has changed, change it in your profile at the institution too.',
  'manual.without-q': 'I have no phone with me, or mOTP does not work.',
  'manual.without-a': 'Please use {{ways}} on this page. A window for it opens.',
  'manual.abroad-q': 'Does it work abroad?',
  'manual.abroad-a':
    'Yes. You do not need to set your phone to Korean time: the app follows the clock of the server.',
  'manual.mismatch-q': 'The page says that my data differ.',
  'manual.mismatch-a':
    'Name and number in the app must be the same as in your profile at the institution. Spaces in the name do not matter. If the profile is wrong, ask the institution to correct it; if your number has changed, register the app again with the new number.',
};
