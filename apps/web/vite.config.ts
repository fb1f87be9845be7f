import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import preact from '@preact/preset-vite';
import { defineConfig } from 'vite';
import { krds } from './build/krds.ts';
import { pretendard, slicesFor } from './build/pretendard.ts';
import { serviceWorker } from './build/service-worker.ts';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

function filesUnder(folder: string, ending: RegExp): readonly string[] {
  return readdirSync(here(folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => ending.test(path))
    .map((path) => join(here(folder), path));
}

const readAll = (folder: string, ending: RegExp): string =>
  filesUnder(folder, ending)
    .map((path) => readFileSync(path, 'utf8'))
    .join('\n');

// Letters, digits and punctuation of both languages come with every page; Hangul by what the texts say.
const ASCII = Array.from({ length: 95 }, (_, index) => String.fromCodePoint(32 + index)).join('');
const TEXTS = /texts[\w-]*\.ts$/;
const allTexts = (): string => ASCII + readAll('src', TEXTS);
const appTexts = (): string => ASCII + readAll('src/authenticator', TEXTS) + readAll('src/common', TEXTS);

export default defineConfig({
  root: here('.'),
  base: '/',
  publicDir: here('public'),
  define: { __APP_VERSION__: JSON.stringify(version()) },
  plugins: [
    preact(),
    krds(() => readAll('src', /\.css$/)),
    pretendard(allTexts),
    serviceWorker(() => slicesFor(appTexts()).map(({ file }) => basename(file, '.woff2'))),
  ],
  build: {
    outDir: here('dist'),
    emptyOutDir: true,
    // FACTS §5: the floor. iOS 16.4, Android Chrome 100, Samsung Internet 20 (Chromium 106).
    target: ['safari16.4', 'chrome100'],
    // Inlined fonts could not be precached by slice, and a data: font is outside the CSP's font-src.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: {
      input: {
        app: here('app/index.html'),
        check: here('check/index.html'),
        identity: here('identity/index.html'),
        portone: here('portone/index.html'),
        simulator: here('simulator/index.html'),
      },
    },
  },
  server: {
    proxy: {
      '/app-api': 'http://localhost:4000',
      '^/check/[^/]+/(state|code|identity)$': 'http://localhost:4000',
    },
  },
});

function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(here('package.json'), 'utf8'));
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest
    ? String(manifest.version)
    : '';
}
