import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Plugin } from 'vite';

// Pretendard's dynamic subset: 92 slices of the variable font, each with its unicode-range. The faces whose slice
// the pages' own texts need are `virtual:pretendard.css`; all others (rare syllables in names) are
// `virtual:pretendard-rest.css`, which the pages load after their first picture.

const FONT = join(
  dirname(createRequire(import.meta.url).resolve('pretendard/package.json')),
  'dist/web/variable',
);
const VIRTUAL = { texts: 'virtual:pretendard.css', rest: 'virtual:pretendard-rest.css' };

type Slice = { readonly file: string; readonly range: string };

export function readSlices(): readonly Slice[] {
  const css = readFileSync(join(FONT, 'pretendardvariable-dynamic-subset.css'), 'utf8');
  const faces = css.matchAll(
    /url\(\.\/(woff2-dynamic-subset\/[\w.]+\.woff2)\)[^;]*;\s*unicode-range:\s*([^;]+);/g,
  );
  return Array.from(faces, ([, file = '', range = '']) => ({ file, range: range.replace(/\s+/g, '') }));
}

export function covers(range: string, codePoints: ReadonlySet<number>): boolean {
  return range.split(',').some((part) => {
    const [from = '', to = from] = part.replace(/^U\+/i, '').split('-');
    const [low, high] = [Number.parseInt(from, 16), Number.parseInt(to, 16)];
    for (const point of codePoints) if (point >= low && point <= high) return true;
    return false;
  });
}

export function slicesFor(text: string): readonly Slice[] {
  const points = new Set(Array.from(text, (character) => character.codePointAt(0) ?? 0));
  return readSlices().filter(({ range }) => covers(range, points));
}

const face = ({ file, range }: Slice): string =>
  `@font-face{font-family:"Pretendard Variable";font-style:normal;font-display:swap;font-weight:45 920;` +
  `src:url("${join(FONT, file)}") format("woff2-variations");unicode-range:${range}}`;

export function pretendard(texts: () => string): Plugin {
  return {
    name: 'motp-pretendard',
    resolveId: (id) => (Object.values(VIRTUAL).includes(id) ? `\0${id}` : undefined),
    load(id) {
      if (id === `\0${VIRTUAL.texts}`) return slicesFor(texts()).map(face).join('\n');
      if (id !== `\0${VIRTUAL.rest}`) return undefined;
      const used = new Set(slicesFor(texts()));
      const files = new Set([...used].map(({ file }) => file));
      return readSlices()
        .filter(({ file }) => !files.has(file))
        .map(face)
        .join('\n');
    },
  };
}
