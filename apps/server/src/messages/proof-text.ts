interface ProofMessage {
  code: string;
  reference: string;
  /** Host name of the app: the WebOTP line binds the code to it. */
  host: string;
  locale: string;
  /** Registers an app, or changes the number of one. */
  purpose: 'device' | 'phone';
}

const does = {
  device: { ko: '앱 등록용, 남에게 알리지 마세요', en: 'To register the app. Tell nobody' },
  phone: { ko: '번호 변경용, 남에게 알리지 마세요', en: "To change the app's number. Tell nobody" },
} as const;

/**
 * what the code does, the reference that the app shows too, a warning, and the WebOTP line at the end. Short
 * enough for one SMS (90 bytes of EUC-KR) when the host has at most 16 characters: WebOTP reads no longer kind.
 */
export function proofText({ code, reference, host, locale, purpose }: ProofMessage): string {
  const lines = locale.startsWith('en')
    ? [`[mOTP] Code ${code} (${reference})`, does[purpose].en]
    : [`[mOTP] 인증번호 ${code} (${reference})`, does[purpose].ko];
  return [...lines, `@${host} #${code}`].join('\n');
}
