import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

export interface Asset {
  type: string;
  body: Buffer;
}

const css = 'text/css; charset=utf-8';

const files: Readonly<Record<string, { type: string; file: string }>> = {
  '/site.css': { type: css, file: 'site.css' },
  '/study.css': { type: css, file: 'study.css' },
  '/drop-in.css': { type: css, file: 'drop-in.css' },
  '/drop-in.js': { type: 'text/javascript; charset=utf-8', file: 'drop-in.js' },
  '/gate.js': { type: 'text/javascript; charset=utf-8', file: 'gate.js' },
};

/** A Korean web font in slices: a computer without one still shows Korean. */
const font = join(
  dirname(createRequire(import.meta.url).resolve('pretendard/package.json')),
  'dist/web/variable',
);
const fontFile = /^\/font\/((?:woff2-dynamic-subset\/)?[A-Za-z0-9_.-]+\.(css|woff2))$/;

/** What the site serves as it is; undefined for everything else. */
export function findAsset(path: string): Asset | undefined {
  const own = Object.hasOwn(files, path) ? files[path] : undefined;
  if (own) return { type: own.type, body: readFileSync(new URL(`../public/${own.file}`, import.meta.url)) };
  const [, name = '', ending] = fontFile.exec(path) ?? [];
  if (name === '') return undefined;
  try {
    return { type: ending === 'css' ? css : 'font/woff2', body: readFileSync(join(font, name)) };
  } catch {
    return undefined;
  }
}
