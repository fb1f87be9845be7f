// Installs what is missing. Plain Node, because it runs before anything is installed.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hashOf } from './hash.mjs';
import { isMain, ROOT, run, say, seconds } from './run.mjs';

const STAMP = join(ROOT, 'node_modules', '.motp-setup');
const OLDEST_NODE = [20, 19];

/** How often a long installation says that it is still at work. */
const HEARTBEAT_MS = 15_000;

export async function setup() {
  checkNode();
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === fingerprint()) return;
  const began = performance.now();
  say('Installing packages from npm. The first time this takes one to three minutes …');
  say('(better-sqlite3 compiles here for about a minute when npm has no ready-made build for this machine)');
  await install(began);
  // Taken after the installation, because npm may add platform packages to the lockfile.
  writeFileSync(STAMP, fingerprint());
  say(`Installed in ${seconds(began)}.`);
}

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const [oldestMajor, oldestMinor] = OLDEST_NODE;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return;
  throw new Error(
    `Node ${OLDEST_NODE.join('.')} or later is needed, and this is ${process.versions.node}. ` +
      'Get one at https://nodejs.org and try again.',
  );
}

/** What an installation depends on: the lockfile, every workspace's package.json, Node's ABI and the machine. */
function fingerprint() {
  const workspaces = ['packages', 'apps', 'examples'].flatMap((group) =>
    readdirSync(join(ROOT, group), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => `${group}/${entry.name}/package.json`),
  );
  const files = ['package.json', 'package-lock.json', 'bench/package.json', ...workspaces];
  return hashOf(files, `${process.versions.modules} ${process.platform} ${process.arch}`);
}

/** `npm install` and not `npm ci`: lockfiles written on another platform may lack this one's packages. */
async function install(began) {
  const heartbeat = setInterval(() => say(`… still installing (${seconds(began)})`), HEARTBEAT_MS);
  const args = ['install', '--no-fund', '--no-audit', '--loglevel=error'];
  const npm = process.env.npm_execpath;
  try {
    const { code } = npm?.endsWith('.js')
      ? await run(process.execPath, [npm, ...args])
      : await run('npm', args, { shell: process.platform === 'win32' });
    if (code === 0) return;
  } finally {
    clearInterval(heartbeat);
  }
  throw new Error(
    'npm install failed; its messages are above. Packages come from the npm registry, so a connection to it ' +
      'is needed the first time; compiling better-sqlite3 needs python3, make and a C++ compiler.',
  );
}

if (isMain(import.meta)) {
  await setup().catch((error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}
