import { resetUnopened } from '../checks/reset-unopened.ts';
import { comparableName, parsePhone } from '../learners/rules.ts';
import type { AnswerDropIn, Call } from './answer-drop-in.ts';
import { type Form, field, isAnswered, readLearner, readName, unreadable } from './form-rules.ts';
import { type Answered, answered } from './rules.ts';

/** `user_reset`: the page says that its own phone check was passed. What that is worth depends on who says it. */
export async function resetUser(
  { database, keyring, throttle }: Pick<AnswerDropIn, 'database' | 'keyring' | 'throttle'>,
  { institution, channel, address, now }: Call,
  form: Form,
): Promise<Answered> {
  const named = readName(form);
  if (isAnswered(named)) return named;
  if (comparableName(named.name) === '') return answered('AP002');
  const number = field(form, 'USER_TEL');
  if (number === '') return answered('AP003');
  const learner = readLearner(form);
  if (typeof learner !== 'string') return learner;
  const result = field(form, 'M_RET');
  if (result !== 'T' && result !== 'F') return unreadable('M_RET');
  const phone = parsePhone(number);
  if (phone === undefined || result === 'F') return answered('AP010');
  const nameKey = keyring.hash('name', comparableName(named.name));
  const phoneKey = keyring.hash('phone', phone);
  const caller = {
    learner: [institution, channel, nameKey, phoneKey].join('\0'),
    address: channel === 'vouched' ? undefined : address,
  };
  if (!throttle.admitsAnswer(caller)) return answered('WE005');
  const transaction = field(form, 'M_TRNID');
  const said =
    transaction === '' ? {} : { transaction: keyring.hash('drop-in-log', `${institution}\0${transaction}`) };
  const reset = await resetUnopened(database, {
    ...{ institution, learner, nameKey, phoneKey, channel, now },
    said: { vouched: channel === 'vouched', ...said },
  });
  if (reset !== 'done') throttle.failed(caller);
  return reset === 'done' ? answered('200', '잠금을 해제하였습니다.') : answered('AP010');
}
