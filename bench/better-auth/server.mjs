// better-auth with e-mail, password and its two-factor plugin, as a process that the bench starts and drives.
// Plain JavaScript: its packages are installed beside it, and only when they are measured (docs/performance.md).
import { createHmac, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';

/** Not written as imports: where they are not installed, nothing that reads imports should look for them. */
const load = (name) => import(name);
const [{ betterAuth }, { toNodeHandler }, { twoFactor }, { getMigrations }, { makeSignature }] =
  await Promise.all(
    [
      'better-auth',
      'better-auth/node',
      'better-auth/plugins/two-factor',
      'better-auth/db/migration',
      'better-auth/crypto',
    ].map(load),
  );

const [address, userCount] = [process.argv[2] ?? '', Number(process.argv[3])];
const SECRET = randomBytes(32).toString('base64url');
const PERSON = {
  name: '홍길동',
  email: 'learner@example.org',
  password: randomBytes(12).toString('base64url'),
};
const PENDING = 3_000;
const WRONG_CODES_EACH = 4;

const database = address.startsWith('sqlite:') ? await openSqlite() : await openPostgres();
const http = createServer();
await new Promise((resolve) => http.listen(0, '127.0.0.1', resolve));
const port = http.address().port;
const origin = `http://127.0.0.1:${port}`;

const options = {
  database: database.connection,
  baseURL: origin,
  secret: SECRET,
  emailAndPassword: { enabled: true },
  plugins: [twoFactor()],
  telemetry: { enabled: false },
  // Everybody would come from one address.
  rateLimit: { enabled: false },
  logger: { level: 'error' },
};
const auth = betterAuth(options);
await (await getMigrations(options)).runMigrations();
const handle = toNodeHandler(auth);
http.on('request', (request, response) => {
  if (request.url !== '/process') return void handle(request, response);
  response.end(JSON.stringify({ ...process.cpuUsage(), rss: process.memoryUsage.rss() }));
});

const secret = await registerOne();
await copyToAll();
process.on('message', async () => process.send(await pendingSignIns()));
// Whoever started it is gone.
process.on('disconnect', () => process.exit());
process.send({ port });

/** As the product: what was answered is on the disk. */
async function openSqlite() {
  const { default: Database } = await load('better-sqlite3');
  const connection = new Database(address.slice('sqlite:'.length));
  connection.pragma('journal_mode = WAL');
  connection.pragma('synchronous = FULL');
  return {
    connection,
    rows: async (sql) => connection.prepare(sql).all(),
    run: async (sql) => connection.exec(sql),
    numbers: (to) =>
      `(with recursive n(nth) as (select 1 union all select nth + 1 from n where nth < ${to}) select nth from n) n`,
  };
}

async function openPostgres() {
  const { default: pg } = await load('pg');
  const connection = new pg.Pool({ connectionString: address, max: 10 });
  return {
    connection,
    rows: async (sql) => (await connection.query(sql)).rows,
    run: (sql) => connection.query(sql),
    numbers: (to) => `generate_series(1, ${to}) as n(nth)`,
  };
}

/** The whole story by its own API: sign up, turn the second factor on, and sign in with it. */
async function registerOne() {
  const { headers } = await post('/sign-up/email', PERSON);
  const session = cookiesOf(headers);
  const enabled = await (await post('/two-factor/enable', { password: PERSON.password }, session)).json();
  const found = decodeBase32(new URL(enabled.totpURI).searchParams.get('secret'));
  await post('/two-factor/verify-totp', { code: codeAt(found, Date.now()) }, session);
  const pending = cookiesOf((await post('/sign-in/email', PERSON)).headers);
  await post('/two-factor/verify-totp', { code: codeAt(found, Date.now()) }, pending);
  return found;
}

/** The others are copies of the one, each with rows of its own. */
async function copyToAll() {
  const id = "'user-' || n.nth";
  await copy('user', { id, email: "'learner-' || n.nth || '@example.org'" }, userCount);
  await copy('account', { id: "'account-' || n.nth", accountId: id, userId: id }, userCount);
  await copy('twoFactor', { id: "'factor-' || n.nth", userId: id }, userCount);
  if (!address.startsWith('sqlite:')) await database.run('vacuum analyze');
}

async function copy(table, changed, count, where = 'true') {
  const [row] = await database.rows(`select * from "${table}" t where ${where} limit 1`);
  const columns = Object.keys(row);
  const values = columns.map((name) => changed[name] ?? `t."${name}"`);
  await database.run(`insert into "${table}" (${columns.map((name) => `"${name}"`)})
    select ${values} from (select * from "${table}" t where ${where} limit 1) t, ${database.numbers(count)}`);
}

/**
 * A real sign-in, whose two rows are copied for others: that many passwords would take minutes to hash.
 * @returns cookies of sign-ins that wait for their code, the code, and wrong ones
 */
async function pendingSignIns() {
  await database.run('delete from verification');
  await database.run('delete from session');
  await database.run(`update "twoFactor" set "failedVerificationCount" = 0, "lockedUntil" = null
    where "failedVerificationCount" > 0 or "lockedUntil" is not null`);
  const signedIn = await post('/sign-in/email', PERSON);
  const [, name, made] = /(better-auth\.two_factor)=([^;]+)/.exec(cookiesOf(signedIn.headers)) ?? [];
  const [token] = decodeURIComponent(made ?? '').split('.');
  if (made !== (await signed(token)))
    throw new Error('a pending sign-in has another cookie than was expected');
  const prefix = `2fa-${randomBytes(5).toString('hex')}`;
  const identifier = `'${prefix}' || cast(1000000000 + n.nth as text)`;
  const user = `'user-' || ((n.nth * 7919) % ${userCount} + 1)`;
  const count = Math.min(PENDING, userCount);
  await copy(
    'verification',
    { id: `'c' || n.nth`, identifier, value: user },
    count,
    `identifier = '${token}'`,
  );
  const attempts = { id: `'a' || n.nth`, identifier: `'2fa-attempts-' || ${identifier}` };
  await copy('verification', attempts, count, `identifier = '2fa-attempts-${token}'`);
  const tokens = Array.from({ length: count }, (_, index) => `${prefix}${1_000_000_001 + index}`);
  const cookies = await Promise.all(tokens.map(async (each) => `${name}=${await signed(each)}`));
  return { cookies, code: codeAt(secret, Date.now()), wrongCodes: wrongCodes(secret, Date.now()) };
}

async function signed(token) {
  return encodeURIComponent(`${token}.${await makeSignature(token, SECRET)}`);
}

async function post(path, body, cookie) {
  const headers = { origin, 'content-type': 'application/json', ...(cookie && { cookie }) };
  const reply = await fetch(`${origin}/api/auth${path}`, {
    method: 'POST',
    headers,
    body: JSON.stringify(body),
  });
  if (!reply.ok) throw new Error(`${path} was answered ${reply.status}: ${await reply.text()}`);
  return reply;
}

function cookiesOf(headers) {
  const cookies = headers.getSetCookie().map((each) => each.split(';', 1)[0]);
  return cookies.join('; ');
}

/** RFC 6238 as better-auth has it: SHA-1, 30 s. */
function codeAt(key, ms) {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(ms / 30_000)));
  const mac = createHmac('sha1', key).update(counter).digest();
  const number = mac.readUInt32BE(mac[mac.length - 1] & 15) & 0x7fff_ffff;
  return String(number % 1_000_000).padStart(6, '0');
}

/** Of no step near, a minute from now neither. */
function wrongCodes(key, now) {
  const near = new Set([-60, -30, 0, 30, 60, 90, 120].map((seconds) => codeAt(key, now + seconds * 1000)));
  const all = Array.from({ length: WRONG_CODES_EACH + near.size }, (_, number) =>
    String(number).padStart(6, '0'),
  );
  return all.filter((code) => !near.has(code)).slice(0, WRONG_CODES_EACH);
}

function decodeBase32(text) {
  const bits = [...text].map((char) =>
    'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(char).toString(2).padStart(5, '0'),
  );
  return Buffer.from(
    bits
      .join('')
      .match(/.{8}/g)
      .map((byte) => Number.parseInt(byte, 2)),
  );
}
