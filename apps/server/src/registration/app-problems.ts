import type { IdentityMethod, ProblemCode } from '@motp/protocol';
import { ProblemResponse } from '../http/problem.ts';
import type { Limited } from './begin-registration.ts';

/** @param others the identity checks that prove a registration instead: the first is named */
export function limitedProblem({ reason, retryAfterMs }: Limited, others: readonly IdentityMethod[] = []) {
  const otherWay = reason === 'registration-limit' ? '' : wayOf(others);
  const detail = `${details[reason] ?? ''}${otherWay}`;
  return new ProblemResponse(reason, detail, { retryAfter: retryAfterMs / 1000 });
}

/** R-2a, R-5: a message does not suffice for this number. @param others as above */
export const identityRequired = (others: readonly IdentityMethod[]) =>
  new ProblemResponse('identity-required', `${details['identity-required'] ?? ''}${wayOf(others)}`);

const ways: Record<IdentityMethod, string> = { phone: '휴대폰 본인인증', ipin: '아이핀' };

const wayOf = ([first]: readonly IdentityMethod[]): string =>
  first === undefined ? '' : ` ${ways[first]}으로 등록할 수 있습니다.`;

const details: Partial<Record<ProblemCode, string>> = {
  'bad-proof': '앱이 보낸 서명이 올바르지 않습니다. 앱을 새로 열어 주세요.',
  'proof-stale': '앱의 시각이 서버와 다릅니다. 다시 시도합니다.',
  'proof-replayed': '이미 쓴 서명입니다. 다시 시도해 주세요.',
  'device-unknown': '이 앱은 등록된 적이 없습니다. 앱에서 등록해 주세요.',
  'device-over': '이 앱의 등록은 끝났습니다. 다시 등록해 주세요.',
  'registration-unknown': '이 앱이 시작한 등록이 아닙니다. 처음부터 다시 등록해 주세요.',
  'registration-over': '이 등록은 끝났습니다. 처음부터 다시 등록해 주세요.',
  'consent-required': '필수 동의가 빠졌습니다. 동의하지 않으면 등록할 수 없습니다.',
  'phone-not-mobile': '한국 휴대폰 번호만 등록할 수 있습니다.',
  'not-a-code': '인증번호는 숫자 6자리입니다.',
  'phone-unchanged': '지금 등록된 번호와 같습니다. 바꿀 번호를 입력해 주세요.',
  'check-unknown': '이 앱으로 한 본인인증이 아닙니다. 기록을 새로 고쳐 주세요.',
  'wrong-proof': '문자로 받은 인증번호와 다릅니다. 다시 확인해 주세요.',
  'identity-required':
    '이 번호는 다른 이름으로 등록되어 있거나 잠겨 있어 문자만으로는 등록할 수 없습니다. 이름을 확인하시고, 이름이 맞으면 훈련기관에 문의해 주세요.',
  'message-limit':
    '지금은 문자를 더 보낼 수 없습니다. 잠시 뒤 다시 시도하거나, 휴대폰 본인인증이 보이면 그 방법을 이용해 주세요.',
  'registration-limit': '이 인터넷 주소에서 끝내지 않은 등록이 많습니다. 잠시 뒤 다시 시도해 주세요.',
  'proof-closed':
    '틀린 인증번호가 많아 오늘은 이 번호를 문자로 확인할 수 없습니다. 내일 다시 하시거나 훈련기관에 문의해 주세요.',
  'identity-unavailable':
    '여기에서는 쓸 수 없는 본인인증입니다. 다른 방법으로 등록하거나 훈련기관에 문의해 주세요.',
  'identity-limit': '본인인증을 여러 번 시작했습니다. 나중에 다시 하시거나 훈련기관에 문의해 주세요.',
  'provider-unavailable':
    '본인확인 기관이 응답하지 않습니다. 잠시 뒤 다시 시도하거나 다른 방법을 이용해 주세요.',
  'attempt-unknown': '이 앱에서 시작한 본인인증이 아닙니다. 처음부터 다시 시도해 주세요.',
};

export const refusal = (code: ProblemCode, members = {}) =>
  new ProblemResponse(code, details[code] ?? '', members);
