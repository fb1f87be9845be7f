import { record } from '../audit/record.ts';
import type { Database } from '../db/open.ts';
import type { Keyring } from '../keys/keyring.ts';
import { newId, type World } from '../world.ts';
import type { Call } from './answer-drop-in.ts';
import { type Form, field, isAnswered, readSubject, type Subject, unreadable } from './form-rules.ts';
import { type Answered, answered } from './rules.ts';
import { insertLogged } from './store.ts';
import type { Throttle } from './throttle.ts';

export interface LogSubstitute {
  database: Database;
  keyring: Keyring;
  world: World;
  throttle: Throttle;
}

/** A substitute check of the page's own (pSubOtpLog), or the older log of 입과 (pAuthLog). */
export type LogKind = 'substitute' | 'entry-log';

/**
 * What a page says of a check that somebody else made. Kept as history under whoever said it; nothing of ours ever
 * lets anybody in by it. One that was not passed is in the trail alone.
 */
export async function logSubstitute(
  dependencies: LogSubstitute,
  call: Call,
  form: Form,
  kind: LogKind,
): Promise<Answered> {
  const subject = readSubject(form, { isEntry: kind === 'entry-log' });
  if (isAnswered(subject)) return subject;
  const result = field(form, 'm_Ret');
  if (result !== 'T' && result !== 'F') return unreadable('m_Ret');
  const { keyring, world, database, throttle } = dependencies;
  if (call.channel === 'anonymous' && !admits(throttle, call, subject)) return answered('WE005');
  const standing = call.channel === 'vouched' ? ('vouched' as const) : ('unsigned' as const);
  const source = [kind, standing, call.institution, subject, field(form, 'm_trnID')];
  await database.transaction(async (tx) => {
    const row = {
      ...placeOf(call, subject),
      ...{ id: newId('dir', world), kind, standing, at: call.now },
      source_key: keyring.hash('drop-in-log', JSON.stringify(source)),
    };
    const isNew = result === 'T' && (await insertLogged(tx, row));
    await record(tx, {
      at: call.now,
      kind: 'drop-in.logged',
      actor: call.channel === 'vouched' ? 'institution' : 'learner',
      institution: call.institution,
      data: { log: kind, standing, passed: result === 'T', record: isNew ? row.id : null },
    });
  });
  return answered('200', '기록하였습니다.');
}

/** A row for nothing but a browser's word: each one counts, for the learner and for the address. */
function admits(throttle: Throttle, { institution, address }: Call, { learner }: Subject): boolean {
  const caller = { learner: [institution, 'log', learner].join('\0'), address: undefined };
  if (!throttle.admitsAnswer(caller) || !throttle.admits(address, 'log')) return false;
  throttle.failed(caller);
  return true;
}

const placeOf = ({ institution }: Call, { learner, course, round, occasion }: Subject) => ({
  institution_id: institution,
  learner_ref: learner,
  course_id: course,
  round,
  occasion_kind: occasion.kind,
  occasion_number: occasion.number,
});
