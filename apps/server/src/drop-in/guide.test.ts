import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { messages } from './rules.ts';
import { DROP_IN_LIMITS } from './throttle.ts';

const guide = readFileSync(new URL('../../../../docs/guides/drop-in.md', import.meta.url), 'utf8');

/** What stands under a heading, up to the next of its rank. */
function section(heading: string): string {
  const [, after = ''] = guide.split(`\n${heading}\n`);
  return after.split(/\n## /)[0] ?? '';
}

const rows = (text: string): string[][] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) =>
      line
        .slice(1, -1)
        .split(' | ')
        .map((cell) => cell.trim()),
    );

/** FACTS of the field: what pages were seen to send. */
const SENT = {
  '## `POST /api/v2/otp_accredit`':
    'USER_NM USER_TEL OTPNO AGTID USRID SESSIONID EXIP COURSE_AGENT_PK CLASS_AGENT_PK EVAL_CD EVAL_TYPE CLASS_TME USRDT UT',
  '## `POST /api/v2/user_reset`': 'USER_NM USER_TEL AGTID USRID M_RET M_RETCD M_TRNID M_TRNDT',
  '## `POST …/pSubOtpLog.jsp` (대체인증 기록)':
    'AGTID USRID COURSE_AGENT_PK CLASS_AGENT_PK EVAL_CD EVAL_TYPE CLASS_TME m_Ret m_retCD m_trnID m_trnDT',
};

describe('docs/guides/drop-in.md', () => {
  it('P-3 gives every code with the words that the server answers, and no other code', () => {
    const table = rows(section('## 코드')).filter(([code]) => code?.startsWith('`'));
    expect(Object.fromEntries(table.map(([code, words]) => [code?.replaceAll('`', ''), words]))).toEqual(
      messages,
    );
    expect(table.every(([, , when]) => when !== undefined && when !== '')).toBe(true);
  });

  it('P-3 names every field that pages were seen to send', () => {
    const missing = Object.entries(SENT).flatMap(([heading, names]) =>
      names.split(' ').filter((name) => !section(heading).includes(`\`${name}\``)),
    );
    expect(missing).toEqual([]);
  });

  it('O-7 gives the limits that are kept', () => {
    const said = Object.fromEntries(rows(section('## 너무 많은 요청')));
    const { learner, address, institution, log } = DROP_IN_LIMITS;
    const per = ({ most, within }: { most: number; within: number }) =>
      `${within / 60_000}분에 ${most.toLocaleString('en-US')}번`;
    expect(said['한 훈련생의 실패']).toBe(per(learner));
    expect(said['한 주소(IP)의 실패']?.startsWith(`${per(address)}.`)).toBe(true);
    expect(said['한 기관의 요청']).toBe(per(institution));
    expect(said['한 기관 또는 한 주소의 대체인증 기록']).toBe(per(log));
    expect(said['한 훈련생의 대체인증 기록']).toBe(per(learner));
  });
});
