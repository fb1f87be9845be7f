// Which sentences of docs/spec/SPEC.md does a test carry in its name? A list to read, not a gate:
// it fails only for a test that names a sentence which does not exist.
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { filesBelow } from './hash.mjs';
import { isMain, ROOT, say } from './run.mjs';

const SENTENCE = /^- ([A-Z]-\d+[a-z]?) /gm;
const TEST_FILE = /\.test\.tsx?$/;

/** A text that begins with one id or several: 'C-7 a code …', `T-4, C-4 …`. */
const TEST_NAME = /['"`]((?:[RTCSOP]-\d+[a-z]?)(?:(?:, | and )[RTCSOP]-\d+[a-z]?)*) /g;

/** @returns {{known: string[], untested: string[], unknown: string[]}} `unknown` entries say where they stand */
export function specCoverage() {
  const spec = readFileSync(join(ROOT, 'docs/spec/SPEC.md'), 'utf8');
  const known = [...spec.matchAll(SENTENCE)].map(([, id]) => id);
  const named = ['packages', 'apps', 'examples', 'test', 'bench']
    .flatMap((folder) => filesBelow(join(ROOT, folder)))
    .filter((file) => TEST_FILE.test(file))
    .flatMap(idsIn);
  const tested = new Set(named.map(({ id }) => id));
  return {
    known,
    untested: known.filter((id) => !tested.has(id)),
    unknown: named.filter(({ id }) => !known.includes(id)).map(({ id, file }) => `${id} in ${file}`),
  };
}

function idsIn(file) {
  const names = [...readFileSync(file, 'utf8').matchAll(TEST_NAME)];
  return names.flatMap(([, ids]) => ids.split(/, | and /)).map((id) => ({ id, file: relative(ROOT, file) }));
}

export function reportCoverage() {
  const { known, untested, unknown } = specCoverage();
  if (known.length === 0) throw new Error('docs/spec/SPEC.md has no numbered sentences');
  const tested = known.length - untested.length;
  say(`${tested} of ${known.length} sentences of the specification are named by a test.`);
  if (untested.length > 0) say(`Not yet: ${untested.join(' ')}`);
  if (unknown.length > 0) say(`There is no such sentence: ${unknown.join(', ')}`);
  return unknown.length === 0;
}

if (isMain(import.meta)) process.exitCode = reportCoverage() ? 0 : 1;
