// Imports as .dependency-cruiser.mjs allows them, and the world (clock, randomness, environment) only at the edge.
// Then the same on planted violations: a check that finds nothing there finds nothing here either.
import { existsSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { filesBelow } from './hash.mjs';
import { isMain, ROOT, say } from './run.mjs';
import { findWorldAccess, WORLD_RULE } from './world-access.mjs';

const ILLEGAL = 'test/architecture/illegal';
const FOLDERS = ['packages', 'apps', 'examples', 'bench', 'test'];
const PLANTED = /^\/\/ violates: (.+)$/gm;

/** @returns {Promise<boolean>} whether everything holds; what does not is printed */
export async function checkArchitecture() {
  const here = await violationsIn(ROOT);
  const complaints = [
    ...here.violations.map(({ rule, file, what }) => `${file}: ${rule} (${what})`),
    ...missed(here.modules).map((file) => `${file}: was not looked at`),
    ...(await checkOnPlanted()),
  ];
  for (const complaint of complaints) say(`  ${complaint}`);
  say(`${here.modules.length} modules looked at, ${complaints.length} complaints`);
  return complaints.length === 0;
}

/** A cruiser that cannot read TypeScript sees a handful of modules and finds them in order. */
function missed(modules) {
  const seen = new Set(modules);
  return sources(ROOT).filter((file) => !seen.has(file));
}

async function checkOnPlanted() {
  const base = join(ROOT, ILLEGAL);
  const planted = sources(base).flatMap((file) =>
    [...readFileSync(join(base, file), 'utf8').matchAll(PLANTED)].map(([, rule]) => `${file}: ${rule}`),
  );
  const { violations, rules } = await violationsIn(base);
  const found = new Set(violations.map(({ rule, file }) => `${file}: ${rule}`));
  return [
    ...planted
      .filter((each) => !found.has(each))
      .map((each) => `${ILLEGAL}/${each} is planted and was not found`),
    ...[...found]
      .filter((each) => !planted.includes(each))
      .map((each) => `${ILLEGAL}/${each} is not planted`),
    ...rules
      .filter((rule) => !planted.some((each) => each.endsWith(`: ${rule}`)))
      .map((rule) => `${rule} has no planted violation in ${ILLEGAL}`),
  ];
}

/** @returns {Promise<{violations: {rule: string, file: string, what: string}[], modules: string[], rules: string[]}>} */
async function violationsIn(base) {
  const { config } = await import('../.dependency-cruiser.mjs');
  const { cruise } = await import('dependency-cruiser');
  const folders = FOLDERS.filter((folder) => existsSync(join(base, folder)));
  const { forbidden } = config;
  const options = { ...config.options, baseDir: base, validate: true, ruleSet: { forbidden } };
  const { output } = await cruise(folders, options, config.options.enhancedResolveOptions);
  const imports = output.summary.violations.map(({ rule, from, to }) => ({
    rule: rule.name,
    file: from,
    what: to,
  }));
  const world = serverSources(base).flatMap((file) => findWorldAccess(base, file));
  return {
    violations: [...imports, ...world],
    modules: output.modules.map(({ source }) => source),
    rules: [...forbidden.map(({ name }) => name), WORLD_RULE],
  };
}

function sources(base) {
  return FOLDERS.flatMap((folder) => filesBelow(join(base, folder)))
    .map((file) => relative(base, file).split(sep).join('/'))
    .filter((file) => /\.tsx?$/.test(file) && !file.startsWith(`${ILLEGAL}/`));
}

function serverSources(base) {
  return sources(base).filter(
    (file) => file.startsWith('apps/server/src/') && !/\.(test|fixture)\.ts$/.test(file),
  );
}

if (isMain(import.meta)) process.exitCode = (await checkArchitecture()) ? 0 : 1;
