// `npm test`: set up, build, check, test. The last line is `N passed, N failed`, whatever happens.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from './build.mjs';
import { runTool, say, seconds } from './run.mjs';
import { setup } from './setup.mjs';
import { reportCoverage } from './spec-coverage.mjs';

/** Biome colours even what goes into a file. */
const PLAIN = process.stdout.isTTY ? [] : ['--colors=off'];

const CHECKS = [
  { name: 'set-up', run: setup, needed: true },
  { name: 'build', run: build, needed: true },
  { name: 'format and lint', run: () => succeeds('@biomejs/biome/bin/biome', ['ci', '.', ...PLAIN]) },
  { name: 'types of server, packages and tests', run: () => typeCheck('tsconfig.json') },
  { name: 'types of the pages', run: () => typeCheck('apps/web/tsconfig.json') },
  { name: 'types of the pages’ build', run: () => typeCheck('apps/web/tsconfig.build.json') },
  { name: 'architecture', run: checkArchitecture },
  { name: 'tests name sentences that exist', run: () => assert(reportCoverage()) },
];

let passed = 0;
let failed = 0;

try {
  if (await runChecks()) await runTests(process.argv.slice(2));
} catch (error) {
  say(error.stack ?? String(error));
  failed++;
}
process.exitCode = failed > 0 ? 1 : 0;
say(`${passed} passed, ${failed} failed`);

/** @returns whether the tests can run at all */
async function runChecks() {
  for (const { name, run, needed } of CHECKS) {
    const began = performance.now();
    say(`\n» ${name}`);
    try {
      await run();
      passed++;
      say(`  ok: ${name} (${seconds(began)})`);
    } catch (error) {
      failed++;
      say(`  FAILED: ${name}: ${error.message}`);
      if (needed) return false;
    }
  }
  return true;
}

/** Unit, database, HTTP, crash and browser tests, in this order. */
async function runTests(args) {
  say('\n» tests: unit, then database and HTTP (both databases), crash, browser. A few minutes.');
  const folder = mkdtempSync(join(tmpdir(), 'motp-report-'));
  const file = join(folder, 'report.json');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  try {
    const { code } = await runTool('vitest/vitest.mjs', ['run', ...reporters, ...args]);
    const report = JSON.parse(readFileSync(file, 'utf8'));
    passed += report.numPassedTests;
    failed += report.numFailedTests;
    sayLeftOut(report);
    // An error outside any test, or a file that could not be loaded, shows only here.
    if (code !== 0 && report.numFailedTests === 0) failed++;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function sayLeftOut(report) {
  const leftOut = report.numPendingTests + report.numTodoTests;
  if (leftOut > 0) say(`${leftOut} tests were left out`);
}

function typeCheck(project) {
  return succeeds('typescript-native/bin/tsc', ['--noEmit', '-p', project]);
}

async function checkArchitecture() {
  const { checkArchitecture } = await import('./architecture.mjs');
  assert(await checkArchitecture());
}

async function succeeds(tool, args) {
  const { code } = await runTool(tool, args);
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}`);
}

function assert(fine) {
  if (!fine) throw new Error('see above');
}
