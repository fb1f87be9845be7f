import type { Consent } from '@motp/protocol';

/**
 * What a learner is asked to accept: purpose, items, retention, right to refuse (개인정보 보호법 제15조).
 * A changed text is a new id; the id that was accepted is kept with the registration.
 */
const consents: Record<'ko' | 'en', readonly Consent[]> = {
  ko: [
    {
      id: 'terms-1',
      required: true,
      title: '개인정보 수집·이용 동의',
      text: [
        '수집 목적: 원격훈련에서 수강하고 평가를 치르는 사람이 수강을 신청한 본인인지 확인하고, 부정훈련을 막기 위해 사용합니다.',
        '수집 항목: 이름, 휴대폰 번호, 이 앱이 만든 공개키, 본인인증 기록(훈련기관, 과정, 인증 시점, 방법, 시각). 앱 비밀번호는 휴대폰 밖으로 나가지 않으며 저장되지 않습니다.',
        '보유 기간: 이름과 휴대폰 번호는 등록이 끝나거나 동의를 철회할 때까지, 본인인증 기록은 훈련기관이 법에 따라 보관하는 기간 동안 보관합니다.',
        '동의를 거부할 권리: 동의하지 않을 수 있습니다. 동의하지 않으면 이 앱으로 인증할 수 없으며, 다른 인증 방법은 훈련기관에 문의해 주세요. 동의는 앱의 설정에서 언제든지 철회할 수 있습니다.',
      ].join('\n\n'),
    },
  ],
  en: [
    {
      id: 'terms-1',
      required: true,
      title: 'Collection and use of personal data',
      text: [
        'Purpose: to check in remote training that the person who studies and sits an evaluation is the person who enrolled, and to prevent fraud.',
        'Items: name, mobile number, the public keys made by this app, and the record of checks (institution, course, occasion, method, time). The passcode never leaves the phone and is not stored.',
        'Retention: name and number until the registration ends or you withdraw; records of checks as long as the law obliges the institution to keep them.',
        'Right to refuse: you may refuse. Without consent this app cannot be used; please ask your institution for another way. You can withdraw at any time in the settings of the app.',
      ].join('\n\n'),
    },
  ],
};

export const consentsIn = (locale: string | undefined): readonly Consent[] =>
  consents[locale?.startsWith('en') ? 'en' : 'ko'];

const ids = consents.ko.map(({ id }) => id);
const requiredIds = consents.ko.filter(({ required }) => required).map(({ id }) => id);

export const isConsent = (id: string): boolean => ids.includes(id);

export const missingConsents = (accepted: readonly string[]): string[] =>
  requiredIds.filter((id) => !accepted.includes(id));
