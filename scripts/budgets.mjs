// How much script a page may load: learners have old phones and slow lines.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { filesBelow } from './hash.mjs';
import { ROOT, say } from './run.mjs';

const DIST = join(ROOT, 'apps/web/dist');

/** Kilobytes of 1000 bytes, gzip, of everything the page can load, lazily too; without the service worker. */
const BUDGETS = [
  { page: 'check', limit: 40 },
  { page: 'app', limit: 75 },
];

export function checkBudgets() {
  const sizes = BUDGETS.map(({ page, limit }) => ({ page, limit, size: scriptSize(page) }));
  say(
    sizes.map(({ page, limit, size }) => `${page} page: ${size.toFixed(1)} of ${limit} kB script`).join(', '),
  );
  const over = sizes.filter(({ limit, size }) => size > limit);
  if (over.length > 0) throw new Error(`Too much script: ${over.map(({ page }) => page).join(', ')}`);
}

function scriptSize(page) {
  const scripts = scriptsOf(join(DIST, page, 'index.html'));
  if (scripts.length === 0) throw new Error(`The ${page} page loads no script: the budget measures nothing`);
  return scripts.reduce((sum, file) => sum + gzipSync(readFileSync(file)).length, 0) / 1000;
}

/** Scripts that a page names, and those that these name, and so on. */
function scriptsOf(html) {
  const scripts = builtFiles().filter(
    (file) => /\.m?js$/.test(file) && !/^(sw|workbox-.*)\.js$/.test(basename(file)),
  );
  const found = new Set();
  const queue = [html];
  for (const file of queue) {
    const text = readFileSync(file, 'utf8');
    for (const script of scripts) {
      if (found.has(script) || !text.includes(basename(script))) continue;
      found.add(script);
      queue.push(script);
    }
  }
  return [...found];
}

function builtFiles() {
  if (!existsSync(DIST)) return [];
  return readdirSync(DIST).flatMap((name) => filesBelow(join(DIST, name)));
}
