import type { Occasion, OccasionKind } from '@motp/protocol';
import type { UnopenedOutcome } from '../checks/unopened.ts';

/**
 * The codes that pages of the existing service know, as observed, with the texts that learners know. AP006, AP008 and
 * AP011 are never answered: nobody registers here, and what AP011 means was never seen.
 */
export const messages = {
  '200': '인증하였습니다.',
  AP001: '인증번호가 일치하지 않습니다. 다시 입력 하세요.',
  AP002: '이름이 입력되지 않았습니다.',
  AP003: '휴대폰번호가 입력되지 않았습니다.',
  AP004: '인증번호가 입력되지 않았습니다.',
  AP005: '등록되지 않은 사용자입니다.',
  AP007: '이 기관은 이 주소를 쓰지 않습니다. AGTID를 확인하세요.',
  AP009: '5회 오류가 발생하였습니다. mOTP인증이 잠겼습니다. 본인확인을 하여 잠금을 해제 하세요.',
  AP010: '확인할 수 있는 본인확인 결과가 없어 잠금을 해제하지 못했습니다.',
  AP012: '인증번호는 숫자 6자리입니다.',
  WE001: '본문은 application/x-www-form-urlencoded(UTF-8)이어야 합니다.',
  WE002: 'POST로 보내야 합니다.',
  WE003: '요청 헤더가 올바르지 않습니다.',
  WE004: '읽을 수 없는 항목이 있습니다.',
  WE005: '요청이 너무 많습니다. 잠시 뒤 다시 시도하세요.',
  IE001: 'mOTP시스템 장애가 발생하였습니다. 대체인증 화면으로 이동합니다.',
} as const;

export type DropInCode = keyof typeof messages;

/** What a page reads: `status` is SUCCESS with 200 and FAIL with everything else. */
export interface Answered {
  readonly code: DropInCode;
  readonly msg: string;
}

export const answered = (code: DropInCode, msg: string = messages[code]): Answered => ({ code, msg });

/** What a judged code is to a page. A code that is right but spent or late is AP001, with a text that helps. */
export function answerOf(outcome: UnopenedOutcome): Answered {
  switch (outcome.kind) {
    case 'passed':
      return answered('200');
    case 'mismatch':
      return answered('AP005');
    case 'locked':
      return answered('AP009');
    case 'refused':
      return answered('AP001', refusals[outcome.reason]);
    case 'wrong':
      // C-5: the fifth is wrong, and everything after it locked; the text says so already.
      return answered('AP001', outcome.triesLeft > 0 ? messages.AP001 : messages.AP009);
    case 'unavailable':
      return answered('IE001');
  }
}

const refusals = {
  'code-used': '이미 사용한 인증번호입니다. 앱에 새 인증번호가 나오면 다시 입력 하세요.',
  'code-too-old': '시간이 지난 인증번호입니다. 앱에 보이는 인증번호를 다시 입력 하세요.',
} as const;

const kinds: Readonly<Record<string, OccasionKind>> = {
  '00': 'entry',
  '01': 'lesson',
  '02': 'exam',
  '03': 'assignment',
  '04': 'progress-test',
  '99': 'other',
};

/**
 * EVAL_CD and CLASS_TME. 입과 has no number of its own (CLASS_TME "00" or empty); everything else is 1 to 999.
 * @returns the name of the field that is wrong
 */
export function occasionOf(evalCd: string, classTme: string): Occasion | 'EVAL_CD' | 'CLASS_TME' {
  const kind = Object.hasOwn(kinds, evalCd) ? kinds[evalCd] : undefined;
  if (kind === undefined) return 'EVAL_CD';
  if (kind === 'entry') return /^0{0,3}$/.test(classTme) ? { kind, number: 1 } : 'CLASS_TME';
  const number = /^\d{1,3}$/.test(classTme) ? Number(classTme) : 0;
  return number > 0 ? { kind, number } : 'CLASS_TME';
}

/** CLASS_AGENT_PK is `course,opening`; without a comma, or with nothing after it, there is no opening. */
export function roundOf(classAgentPk: string): string {
  const comma = classAgentPk.lastIndexOf(',');
  return comma < 0 ? '' : classAgentPk.slice(comma + 1).trim();
}
