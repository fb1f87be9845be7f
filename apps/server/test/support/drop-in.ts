import { setDropIn } from '../../src/drop-in/set-drop-in.ts';
import { LMS_ORIGIN, type System, 홍길동 } from './system.ts';
import type { WireReply } from './transport.ts';

export const ACCREDIT = '/api/v2/otp_accredit';
export const RESET = '/api/v2/user_reset';
export const SUBSTITUTE_LOG = '/EAIServer/SOURCE/ExConn/LMS/pSubOtpLog.jsp';
export const ENTRY_LOG = '/EAIServer/SOURCE/ExConn/LMS/pAuthLog.jsp';

/** What a page of 홍길동 sends before an exam, but for the code. */
export const examForm = {
  USER_NM: 홍길동.name,
  USER_TEL: '01012345678',
  AGTID: 'emon-inst',
  USRID: 홍길동.id,
  SESSIONID: 'lms-session',
  EXIP: '203.0.113.7',
  COURSE_AGENT_PK: 'safety-101',
  CLASS_AGENT_PK: 'safety-101,3',
  EVAL_CD: '02',
  EVAL_TYPE: '시험',
  CLASS_TME: '01',
  USRDT: '2026-11-23 12:00:05',
};

export const resetForm = {
  ...{ USER_NM: 홍길동.name, USER_TEL: '01012345678', AGTID: 'emon-inst', USRID: 홍길동.id },
  ...{ M_RET: 'T', M_RETCD: '0000', M_TRNID: 'provider-1', M_TRNDT: '20261123120005' },
};

export const logForm = {
  ...{ AGTID: 'emon-inst', USRID: 홍길동.id, COURSE_AGENT_PK: 'safety-101', CLASS_AGENT_PK: 'safety-101,3' },
  ...{ EVAL_CD: '02', EVAL_TYPE: '시험', CLASS_TME: '01' },
  ...{ m_Ret: 'T', m_retCD: '0000', m_trnID: 'provider-2', m_trnDT: '20261123120005' },
};

export type Form = Readonly<Record<string, string | undefined>>;

/** As `$.ajax({type:'POST', data})` writes it; a field that is undefined is left out. */
export function encoded(form: Form): string {
  const sent = Object.entries(form).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
  return new URLSearchParams(sent as [string, string][]).toString();
}

export async function openFacade(system: System, agtid = 'emon-inst', origins: string[] = []): Promise<void> {
  const set = await setDropIn(system, { institution: system.institution.id, agtid, origins, off: false });
  if (set.kind !== 'set') throw new Error(set.problems.join());
}

/** A page's call from the LMS's origin; headers of `undefined` are left out. */
export const postForm = (
  system: System,
  path: string,
  form: Form,
  headers: Record<string, string | undefined> = {},
): Promise<WireReply> =>
  system.send({
    method: 'POST',
    path,
    body: encoded(form),
    headers: present({
      'content-type': 'application/x-www-form-urlencoded; charset=UTF-8',
      origin: LMS_ORIGIN,
      ...headers,
    }),
  });

export const withKey = (system: System): Record<string, string | undefined> => ({
  authorization: `Bearer ${system.institution.apiKey}`,
  origin: undefined,
});

const present = (headers: Record<string, string | undefined>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
