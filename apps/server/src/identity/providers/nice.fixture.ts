import { type Asked, type Said, type StandIn, startStandIn } from './stand-in.fixture.ts';

interface Transaction {
  request_no: string;
  transaction_id: string;
  return_url: string;
  ticket: string;
  iterators: number;
  person?: Record<string, unknown>;
  web_transaction_id?: string;
  isFetched?: boolean;
}

interface Token {
  access_token: string;
  ticket: string;
  iterators: number;
}

export interface NiceStandIn extends StandIn {
  tokens: Token[];
  /** Epoch ms, what `expires_in` says of tokens from now on. */
  expiresAt: number;
  /** Somebody proves themself in the window. @returns what NICE appends to the return address */
  prove(window: string, person: Record<string, unknown>): Record<string, string>;
  /** Changes an answer of /auth/result before it is sent. */
  tamper: (answer: Record<string, unknown>) => Record<string, unknown>;
  /** Adds to what is sealed. */
  sealed: Record<string, unknown>;
}

const text = new TextEncoder();
const base64url = (bytes: ArrayBuffer | Uint8Array): string =>
  Buffer.from(bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes)).toString('base64url');

/** The other side of the guide, by Web Crypto: 64 bytes as base64url, characters 0–31 encrypt, 48–79 sign. */
async function seal(ticket: string, salt: string, iterators: number, plain: string) {
  const password = await crypto.subtle.importKey('raw', text.encode(ticket), 'PBKDF2', false, ['deriveBits']);
  const derivation = { name: 'PBKDF2', hash: 'SHA-256', salt: text.encode(salt), iterations: iterators };
  const letters = base64url(await crypto.subtle.deriveBits(derivation, password, 512));
  const cipherKey = text.encode(letters.substring(0, 32));
  const macKey = text.encode(letters.substring(48, 48 + 32));
  const iv = Uint8Array.from({ length: 16 }, (_, index) => index + 1);
  const aes = await crypto.subtle.importKey('raw', cipherKey, 'AES-GCM', false, ['encrypt']);
  const cipher = await crypto.subtle.encrypt(
    { name: 'AES-GCM', iv, tagLength: 128 },
    aes,
    text.encode(plain),
  );
  const enc_data = base64url(Buffer.concat([iv, new Uint8Array(cipher)]));
  return { enc_data, integrity_value: await mac(macKey, enc_data), macKey };
}

async function mac(key: Uint8Array<ArrayBuffer>, data: string): Promise<string> {
  const hmac = await crypto.subtle.importKey('raw', key, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  return base64url(await crypto.subtle.sign('HMAC', hmac, text.encode(data)));
}

/** A cipher text with one bit turned, under an HMAC that fits it: what only the tag of GCM finds. */
export async function turnedBit(
  { ticket, iterators }: Token,
  salt: string,
  encData: string,
): Promise<{ enc_data: string; integrity_value: string }> {
  const { macKey } = await seal(ticket, salt, iterators, '');
  const bytes = Buffer.from(encData, 'base64url');
  bytes.writeUInt8(bytes.readUInt8(20) ^ 1, 20);
  const enc_data = base64url(bytes);
  return { enc_data, integrity_value: await mac(macKey, enc_data) };
}

const ok = (body: Record<string, unknown>): Said => ({
  body: { result_code: '0000', result_message: '응답성공', ...body },
});
const refused = (result_code: string, status = 200): Said => ({
  status,
  body: { result_code, result_message: '오류' },
});

interface Client {
  basic: string;
  transactions: Transaction[];
  /** Tokens ever given out. */
  issued: number;
}

/** NICE 통합인증 as it was observed: /auth/token, /auth/url, /auth/result. */
export async function startNice(
  clientId: string,
  clientSecret: string,
  expiresAt: number,
): Promise<NiceStandIn> {
  const basic = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64url')}`;
  const client: Client = { basic, transactions: [], issued: 0 };
  const standIn = await startStandIn((asked) => answer(nice, client, asked));
  const nice: NiceStandIn = Object.assign(standIn, {
    tokens: [],
    expiresAt,
    sealed: {},
    tamper: (answer: Record<string, unknown>) => answer,
    prove(window: string, person: Record<string, unknown>) {
      const transaction = client.transactions.find(({ transaction_id }) => window.endsWith(transaction_id));
      if (!transaction) throw new Error('no such window');
      const web_transaction_id = `web-${transaction.transaction_id}`;
      Object.assign(transaction, { person, web_transaction_id });
      return { web_transaction_id };
    },
  });
  return nice;
}

function answer(nice: NiceStandIn, client: Client, asked: Asked): Said | Promise<Said> {
  const body = JSON.parse(asked.body);
  const { authorization } = asked.headers;
  if (asked.method !== 'POST' || asked.headers['x-intc-devlang'] === undefined) return refused('2001', 400);
  if (asked.url.pathname === '/auth/token') {
    return authorization === client.basic ? token(nice, client, body) : refused('1001', 401);
  }
  const known = nice.tokens.find(({ access_token }) => authorization === `Bearer ${access_token}`);
  if (!known) return refused('1004', 401);
  if (asked.url.pathname === '/auth/url') return begin(nice, client, known, body);
  return asked.url.pathname === '/auth/result' ? result(nice, client, body) : refused('2001', 404);
}

function token(nice: NiceStandIn, client: Client, { request_no, grant_type }: Record<string, string>): Said {
  if (grant_type !== 'client_credentials' || !/^.{20,50}$/.test(request_no ?? ''))
    return refused('2002', 400);
  client.issued += 1;
  const nth = client.issued;
  const made = { access_token: `token-${nth}`, ticket: `ticket-${nth}`, iterators: 60 + nth };
  nice.tokens.push(made);
  return ok({ request_no, ...made, token_type: 'Bearer', expires_in: nice.expiresAt });
}

function begin(
  nice: NiceStandIn,
  { transactions }: Client,
  { ticket, iterators }: Token,
  { request_no = '', return_url = '' }: Record<string, string>,
): Said {
  const transaction_id = `transaction-${transactions.length + 1}`;
  transactions.push({ request_no, transaction_id, return_url, ticket, iterators });
  return ok({ request_no, transaction_id, auth_url: `${nice.url}/window/${transaction_id}` });
}

async function result(
  nice: NiceStandIn,
  { transactions }: Client,
  asked: Record<string, string>,
): Promise<Said> {
  const found = transactions.find(
    ({ transaction_id, request_no, web_transaction_id }) =>
      transaction_id === asked.transaction_id &&
      request_no === asked.request_no &&
      web_transaction_id === asked.web_transaction_id,
  );
  if (!found) return refused('3031');
  if (found.isFetched) return refused('3033');
  found.isFetched = true;
  const { transaction_id, request_no, ticket, iterators, person } = found;
  const plain = JSON.stringify({ response_no: 'response-1', ...person, ...nice.sealed });
  const { enc_data, integrity_value } = await seal(ticket, transaction_id, iterators, plain);
  return ok(nice.tamper({ request_no, transaction_id, enc_data, integrity_value }));
}
