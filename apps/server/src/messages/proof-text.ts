interface ProofMessage {
  code: string;
  reference: string;
  /** Host name of the app: the WebOTP line binds the code to it. */
  host: string;
  locale: string;
}

/** what the code does, the reference that the app shows too, a warning, and the WebOTP line at the end. */
export function proofText({ code, reference, host, locale }: ProofMessage): string {
  const lines = locale.startsWith('en')
    ? [
        `[mOTP] Code ${code} (reference ${reference})`,
        'Registers the mOTP app on this phone. Do not give it to anybody, whoever asks.',
      ]
    : [
        `[mOTP] 인증번호 ${code} (확인문자 ${reference})`,
        '이 휴대폰에 mOTP 앱을 등록하는 번호입니다. 누가 물어도 알려 주지 마세요.',
      ];
  return [...lines, '', `@${host} #${code}`].join('\n');
}
