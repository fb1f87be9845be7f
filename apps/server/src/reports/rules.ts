import type { OccasionKind } from '@motp/protocol';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** Korea has no daylight saving: its hours are those of UTC under other names. */
const SEOUL_OFFSET_MS = 9 * HOUR_MS;

/** Histories that can be made of what is known here. Only the first two have an observed address to be sent to. */
export const kinds = ['user_login_hist', 'score_hist', 'check_hist'] as const;
export type Kind = (typeof kinds)[number];
export const pushedKinds = ['user_login_hist', 'score_hist'] as const satisfies readonly Kind[];

/** A passed check as far as it is reported: no name, no number. */
export interface ReportedCheck {
  /** The learner’s id at the LMS. */
  learner: string;
  course: string;
  /** '' when the LMS gave none. */
  round: string;
  occasion: { kind: OccasionKind; number: number };
  method: string;
  /** Epoch ms. */
  passedAt: number;
  /** As the LMS gave it with the check. */
  ip?: string | undefined;
}

/** EVAL_CD and EVAL_TYPE as observed in the pages of institutions. */
const evaluations = {
  entry: { code: '00', label: '입과' },
  lesson: { code: '01', label: '진도' },
  exam: { code: '02', label: '시험' },
  assignment: { code: '03', label: '과제' },
  'progress-test': { code: '04', label: '진행평가' },
  other: { code: '99', label: '기타' },
} as const satisfies Record<OccasionKind, { code: string; label: string }>;

export type ReportRow = Readonly<Record<string, string | number>>;

/** A row of a kind as it is sent and written; a member that is not known is not there. */
export function reportRow(kind: Kind, agentPk: string, seq: number, check: ReportedCheck): ReportRow {
  return { agentPk, seq, userAgentPk: check.learner, ...members[kind](check) };
}

const members = {
  user_login_hist: ({ passedAt, ip }) => ({ loginDate: seoulTime(passedAt), ...given('loginIp', ip) }),
  score_hist: (check) => ({
    ...evaluationOf(check),
    ...given('accessIp', check.ip),
    submitDate: seoulTime(check.passedAt),
    startEndFlag: 'S',
    changeState: 'C',
  }),
  check_hist: (check) => ({
    ...evaluationOf(check),
    submitDate: seoulTime(check.passedAt),
    method: check.method,
  }),
} satisfies Record<Kind, (check: ReportedCheck) => Record<string, string>>;

function evaluationOf({ course, round, occasion }: ReportedCheck): Record<string, string> {
  const { code, label } = evaluations[occasion.kind];
  const isEntry = occasion.kind === 'entry';
  return {
    courseAgentPk: course,
    ...given('classAgentPk', round === '' ? undefined : `${course},${round}`),
    evalType: isEntry ? label : `${label}_${occasion.number}`,
    evalCd: code,
    chasi: isEntry ? '00' : String(occasion.number).padStart(2, '0'),
  };
}

const given = (name: string, value: string | undefined): Record<string, string> =>
  value === undefined ? {} : { [name]: value };

/** `2026-11-23 12:00:05` in Korea. */
const seoulTime = (at: number): string =>
  new Date(at + SEOUL_OFFSET_MS).toISOString().slice(0, 19).replace('T', ' ');

export const hourOf = (at: number): number => Math.floor(at / HOUR_MS) * HOUR_MS;
export const hoursBetween = (from: number, until: number): number[] =>
  Array.from({ length: Math.max(0, (until - from) / HOUR_MS) }, (_, nth) => from + nth * HOUR_MS);

/** `2026-11-23T12`, the hour that begins then in Korea. */
export const hourName = (at: number): string => new Date(at + SEOUL_OFFSET_MS).toISOString().slice(0, 13);

/** @returns when an hour written like `2026-11-23T12` begins in Korea, epoch ms; undefined when it is none */
export function parseHour(text: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\dT\d\d$/.test(text)) return undefined;
  const at = Date.parse(`${text}:00:00+09:00`);
  return Number.isNaN(at) || hourName(at) !== text ? undefined : at;
}

/** An answer is judged within seconds, and its commit may still be under way: an hour is taken up five minutes late. */
export const settledUntil = (now: number): number => hourOf(now - 5 * MINUTE_MS);

/** Whoever looks again sees what was committed late after all. */
export const lookedAgainFrom = (takenUntil: number): number => takenUntil - HOUR_MS;

/** Which files a command writes when it is told no hours: the last day’s. */
export const defaultHours = (now: number) => ({
  from: settledUntil(now) - 24 * HOUR_MS,
  until: settledUntil(now),
});

const MOST_HOURS = 31 * 24;

/** What is wrong with a range of hours, epoch ms. */
export function rangeProblem(
  { from, until }: { from: number; until: number },
  now: number,
): string | undefined {
  if (from >= until) return '--from must lie before --until';
  if (until > settledUntil(now))
    return `--until may be ${hourName(settledUntil(now))} at most: later hours are not over`;
  return until - from > MOST_HOURS * HOUR_MS ? '--from and --until may lie 31 days apart at most' : undefined;
}

const WAITS_MS = [MINUTE_MS, 5 * MINUTE_MS, 15 * MINUTE_MS];

/** When rows are sent again after the n-th attempt that nobody took, epoch ms: later each time, in the end hourly. */
export const nextTry = (attempts: number, now: number): number => now + (WAITS_MS[attempts - 1] ?? HOUR_MS);

/** What a receiver made of rows. `error` is a word of ours or a code of its own, never its text. */
export type Verdict = { kind: 'taken'; count: number | null } | { kind: 'not-taken'; error: string };

/** Only `{"code":200}` in a 2xx answer means taken: `data_cnt` counts what was new, so a repetition may say 0. */
export function verdictOf(status: number, text: string): Verdict {
  if (status < 200 || status > 299) return { kind: 'not-taken', error: `http-${status}` };
  const { code, data_cnt: count } = membersOf(text);
  const said = typeof code === 'string' || typeof code === 'number' ? String(code) : '';
  if (said !== '200') {
    return { kind: 'not-taken', error: /^[A-Za-z0-9]{1,12}$/.test(said) ? `code-${said}` : 'malformed' };
  }
  const counted = Number(count ?? Number.NaN);
  return { kind: 'taken', count: Number.isSafeInteger(counted) && counted >= 0 ? counted : null };
}

function membersOf(text: string): { code?: unknown; data_cnt?: unknown } {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}

/** For a look at what would be sent: whose row it is cannot be told from it. */
export function masked(row: ReportRow): ReportRow {
  const hide = { userAgentPk: maskedId, loginIp: maskedIp, accessIp: maskedIp } as const;
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      name in hide ? hide[name as keyof typeof hide](String(value)) : value,
    ]),
  );
}

const maskedId = (id: string): string => `${id.slice(0, 1)}***`;
const maskedIp = (ip: string): string => (/^\d+\.\d+\./.exec(ip)?.[0] ?? '').concat('***');

/** What stands in an HTTP header as it is: visible ASCII. */
const isHeaderText = (text: string, most: number): boolean =>
  text.length <= most && /^[\x21-\x7e]+$/.test(text);

export const agentPkProblem = (agentPk: string): string | undefined =>
  isHeaderText(agentPk, 64)
    ? undefined
    : '--agent-pk takes 1 to 64 letters, digits and signs without a space: the id of the institution at the receiver';

export const keyProblem = (key: string): string | undefined =>
  isHeaderText(key, 512)
    ? undefined
    : '--key-file must hold the key alone: one line of at most 512 characters';

/** Far below where numbers of JSON lose exactness (2^53), so that counting on never gets there. */
const MOST_SEQ = 1_000_000_000_000;

/** @returns undefined when it is no sequence number */
export function parseSeq(text: string): number | undefined {
  const seq = /^[1-9]\d{0,12}$/.test(text) ? Number(text) : 0;
  return seq >= 1 && seq <= MOST_SEQ ? seq : undefined;
}
