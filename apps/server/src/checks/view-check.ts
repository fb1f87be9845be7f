import type { CheckReply, CheckState, CheckStateOver } from '@motp/protocol';
import type { Database } from '../db/open.ts';
import type { IdentityProviders } from '../identity/provider.ts';
import { latestRefusal } from '../identity/view-attempt.ts';
import { type Institution, originsOf } from '../institutions/api-keys.ts';
import { readInstitution } from '../institutions/read-institution.ts';
import type { Keyring, Sealed } from '../keys/keyring.ts';
import type { World } from '../world.ts';
import { offeredMethods } from './begin-identity.ts';
import { replacedAt } from './identity-store.ts';
import type { RepliedCheck } from './list-store.ts';
import { findCheck } from './open-store.ts';
import { courseOf, occasionOf, type ReceiptIssuer, receiptOf } from './receipt.ts';
import { registrationState } from './rows.ts';
import { isOver, MAX_FAILURES, triesLeft } from './rules.ts';
import { findByToken, type Gathered, type StoredCheck } from './store.ts';

export interface ViewDependencies {
  database: Database;
  keyring: Keyring;
  world: World;
  issuer: ReceiptIssuer;
  publicUrl: string;
  appUrl: string;
  providers: IdentityProviders;
}

/** After a pass the page still shows it this long; after the end the address is known this long. */
const PASSED_SHOWN_MS = 10 * 60_000;
const KNOWN_MS = 24 * 60 * 60_000;

/** this long the page says that another phone took the place of the one before. */
const REPLACED_SHOWN_MS = 7 * 24 * 60 * 60_000;

/** What the page shows (PROTOCOL §3), or undefined when no check has this token any more. */
export async function viewByToken(
  dependencies: ViewDependencies,
  hash: string,
): Promise<CheckState | CheckStateOver | undefined> {
  const { database, world } = dependencies;
  const now = world.now();
  const found = await findByToken(database, hash);
  if (!found || now >= endedAt(found.check) + KNOWN_MS) return undefined;
  const { check } = found;
  const status = statusOf(check, now);
  const isShown =
    status === 'open' || (status === 'passed' && now < (check.passed_at ?? 0) + PASSED_SHOWN_MS);
  if (!isShown) return { status };
  const institution = await readInstitution(database, check.institution_id);
  const identity = await identityMembers(dependencies, check, now);
  const replaced = await replacedMember(database, found, now);
  const page = pageState(dependencies, found, institution, now);
  return { ...page, ...identity, ...replaced, ...passedMembers(dependencies, check) };
}

/** The ways that this check has, and how the latest identity check was refused. */
async function identityMembers(
  { database, providers }: ViewDependencies,
  check: StoredCheck,
  now: number,
): Promise<Pick<CheckState, 'methods' | 'identity'>> {
  const methods = await offeredMethods(database, providers, check);
  const refusal = methods.length > 0 ? await latestRefusal(database, 'check', check.id, now) : undefined;
  return { methods: ['motp', ...methods], ...(refusal ? { identity: refusal } : {}) };
}

async function replacedMember(
  database: Database,
  found: Gathered,
  now: number,
): Promise<Pick<CheckState, 'replaced'>> {
  const { device, check } = found;
  if (!device || device.name_key !== check.name_key) return {};
  const at = await replacedAt(database, device.id, now - REPLACED_SHOWN_MS);
  return at === undefined ? {} : { replaced: { at: new Date(at).toISOString() } };
}

/** The origins that may frame the page of a check; undefined when there is no such check. */
export async function originsOfToken(
  { database }: Pick<ViewDependencies, 'database'>,
  hash: string,
): Promise<string[] | undefined> {
  const found = await findByToken(database, hash);
  return found && originsOf(await readInstitution(database, found.check.institution_id));
}

const endedAt = (check: StoredCheck): number => check.passed_at ?? check.expires_at;

const statusOf = (check: Pick<StoredCheck, 'status' | 'expires_at'>, now: number): CheckState['status'] =>
  check.status === 'open' && isOver({ status: check.status, expiresAt: check.expires_at }, now)
    ? 'expired'
    : check.status;

function pageState(
  { keyring, issuer, publicUrl, appUrl }: ViewDependencies,
  found: Gathered<StoredCheck>,
  institution: Institution,
  now: number,
): Omit<CheckState, 'methods'> {
  const { check } = found;
  const opened = (column: 'name' | 'phone', sealed: Sealed | null) =>
    sealed === null ? '' : keyring.open({ table: 'check', column, row: check.id }, sealed).toString();
  const app = `${appUrl}/app/`;
  return {
    id: check.id,
    status: statusOf(check, now),
    institution: { name: institution.name },
    learner: { name: opened('name', check.name_sealed), phone: opened('phone', check.phone_sealed) },
    course: { title: check.course_title },
    occasion: occasionOf(check),
    ...registrationMembers(found, now),
    install: { url: app, qr: `${publicUrl}/app-qr.svg` },
    help: { phone: institution.help_phone, url: institution.help_url },
    expiresAt: new Date(check.expires_at).toISOString(),
    serverTime: new Date(now).toISOString(),
    locale: check.locale.startsWith('en') ? 'en' : 'ko',
    embedders: originsOf(institution),
    ...(issuer.demo ? { demo: { appUrl: app, outboxUrl: `${publicUrl}/demo/outbox` } } : {}),
  };
}

/** C-3: these speak of a registration only when name and number both match. */
function registrationMembers(
  { check, device }: Gathered,
  now: number,
): Pick<CheckState, 'registered' | 'locked' | 'triesLeft'> {
  if (!device || device.name_key !== check.name_key) {
    return { registered: false, locked: false, triesLeft: MAX_FAILURES };
  }
  const registration = registrationState(device);
  return {
    registered: true,
    locked: registration.lockedAt !== null,
    triesLeft: triesLeft(registration, now),
  };
}

function passedMembers(
  { issuer }: ViewDependencies,
  check: StoredCheck,
): Pick<CheckState, 'method' | 'receipt' | 'returnUrl'> {
  if (check.status !== 'passed' || check.method === null) return {};
  const returnUrl = returnAddress(check);
  return {
    method: check.method as NonNullable<CheckState['method']>,
    receipt: receiptOf(check, issuer),
    ...(returnUrl === undefined ? {} : { returnUrl }),
  };
}

/** Full-page return carries the check's id and nothing else (C-10). */
export function returnAddress(check: Pick<StoredCheck, 'id' | 'return_url'>): string | undefined {
  if (check.return_url === null) return undefined;
  const [address = '', fragment] = check.return_url.split('#', 2);
  const joined = `${address}${address.includes('?') ? '&' : '?'}motp_check=${check.id}`;
  return fragment === undefined ? joined : `${joined}#${fragment}`;
}

/** `GET /v1/checks/{id}`; undefined for an unknown check and for another institution's. */
export async function viewById(
  { database, world, issuer }: ViewDependencies,
  institution: Institution,
  id: string,
): Promise<CheckReply | undefined> {
  const check = await findCheck(database, institution.id, id);
  if (!check) return undefined;
  const reply = checkReply(check, world.now());
  return reply.status === 'passed' ? { ...reply, receipt: receiptOf(check, issuer) } : reply;
}

/** A check as its institution is told of it, without its receipt. */
export function checkReply(check: RepliedCheck, now: number): CheckReply {
  const passed =
    check.status === 'passed' && check.passed_at !== null && check.method !== null
      ? {
          method: check.method as NonNullable<CheckReply['method']>,
          passedAt: new Date(check.passed_at).toISOString(),
        }
      : {};
  return {
    id: check.id,
    status: statusOf(check, now),
    learner: { id: check.learner_ref },
    course: courseOf(check),
    occasion: occasionOf(check),
    reasons: JSON.parse(check.reasons_json) as CheckReply['reasons'],
    ...passed,
  };
}
