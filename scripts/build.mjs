// Builds every part whose inputs changed since it was last built.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { checkBudgets } from './budgets.mjs';
import { bundleForNode, bundleSdkForBrowsers } from './bundle.mjs';
import { hashOf } from './hash.mjs';
import { isMain, ROOT, run, runTool, say, seconds } from './run.mjs';

const STAMPS = join(ROOT, 'node_modules', '.motp-build');
const EVERYWHERE = [
  'package-lock.json',
  'tsconfig.base.json',
  'scripts/build.mjs',
  'scripts/bundle.mjs',
  'scripts/tsconfig.sdk.json',
];
const WIRE = ['packages/otp', 'packages/protocol'];

const PARTS = [
  {
    name: 'pages',
    inputs: ['apps/web', ...WIRE],
    outputs: ['app', 'check', 'identity', 'portone'].map((page) => `apps/web/dist/${page}/index.html`),
    build: buildPages,
  },
  {
    name: 'lms-sdk',
    inputs: ['packages/lms-sdk', ...WIRE],
    outputs: ['dist/index.js', 'dist/index.d.ts', 'dist/sdk.js'].map((file) => `packages/lms-sdk/${file}`),
    build: buildSdk,
  },
  {
    name: 'server',
    inputs: ['apps/server/src', 'apps/server/package.json', 'packages/lms-sdk/src', ...WIRE],
    outputs: ['apps/server/dist/main.js', 'apps/server/dist/answer-thread.js'],
    build: buildServer,
  },
  {
    name: 'sample LMS',
    inputs: ['examples/lms', 'packages/lms-sdk/src', ...WIRE],
    outputs: ['examples/lms/dist/main.js'],
    build: () => bundleForNode('examples/lms/src/main.ts', 'examples/lms/dist/main.js'),
  },
];

/** @returns {Promise<void>} rejects with a message for people when a part cannot be built or grew too large */
export async function build() {
  for (const part of PARTS) {
    const began = performance.now();
    const stamp = join(STAMPS, part.name.replaceAll(' ', '-'));
    const hash = hashOf([...part.inputs, ...EVERYWHERE], process.version);
    if (isBuilt(part, stamp, hash)) continue;
    await part.build();
    mkdirSync(STAMPS, { recursive: true });
    writeFileSync(stamp, hash);
    say(`Built ${part.name} in ${seconds(began)}`);
  }
  checkBudgets();
}

function isBuilt(part, stamp, hash) {
  const present = part.outputs.every((output) => existsSync(join(ROOT, output)));
  return present && existsSync(stamp) && readFileSync(stamp, 'utf8') === hash;
}

async function buildPages() {
  const web = join(ROOT, 'apps/web');
  const vite = dirname(createRequire(join(web, 'package.json')).resolve('vite/package.json'));
  const { code, output } = await run(process.execPath, [join(vite, 'bin/vite.js'), 'build'], {
    cwd: web,
    quiet: true,
  });
  if (code !== 0) throw new Error(`The pages could not be built:\n${output}`);
}

async function buildServer() {
  await bundleForNode('apps/server/src/main.ts', 'apps/server/dist/main.js');
  await bundleForNode('apps/server/src/cli/answer-thread.ts', 'apps/server/dist/answer-thread.js');
}

async function buildSdk() {
  await bundleForNode('packages/lms-sdk/src/index.ts', 'packages/lms-sdk/dist/index.js');
  await bundleSdkForBrowsers('packages/lms-sdk/src/browser/sdk.ts', 'packages/lms-sdk/dist/sdk.js');
  const { code, output } = await runTool('typescript-native/bin/tsc', ['-p', 'scripts/tsconfig.sdk.json'], {
    quiet: true,
  });
  if (code !== 0) throw new Error(`The SDK's types could not be written:\n${output}`);
}

if (isMain(import.meta)) {
  const { setup } = await import('./setup.mjs');
  await setup()
    .then(build)
    .catch((error) => {
      console.error(error.message);
      process.exitCode = 1;
    });
}
