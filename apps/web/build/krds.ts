import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PurgeCSS } from 'purgecss';
import { compileString } from 'sass';
import type { Plugin } from 'vite';

// KRDS ships one sheet of 540 kB. This compiles the components we use from its SCSS, drops the selectors that no
// page of ours names and the custom properties that nothing reads, and serves the rest as `virtual:krds.css`.

const VIRTUAL = 'virtual:krds.css';
const KRDS = join(dirname(createRequire(import.meta.url).resolve('krds-uiux/package.json')), 'resources');
const WEB = fileURLToPath(new URL('..', import.meta.url));

// `color-mode` is emptied: instead of a second copy of every rule for the dark theme, the tokens change (below).
const ENTRY = `
@import "scss/common/path";
$url: "krds:";
@import "scss/common/include";
@mixin color-mode($mode) { @if false { @content; } }
@import "scss/common/root";
@import "scss/common/reset";
@import "scss/component/button";
@import "scss/component/input";
@import "scss/component/form_layout";
@import "scss/component/form_check";
@import "scss/component/step_indicator";
@import "scss/component/modal";
`;

function compileComponents(): string {
  const { css } = compileString(ENTRY, {
    style: 'compressed',
    loadPaths: [KRDS],
    silenceDeprecations: ['import', 'global-builtin', 'mixed-decls', 'color-functions', 'slash-div'],
    quietDeps: true,
    logger: { warn: () => undefined, debug: () => undefined },
  });
  return css.replace(/url\(["']?krds:\/img\/component\/icon\/([\w-]+)\.svg["']?\)/g, (_, name: string) =>
    icon(name),
  );
}

function icon(name: string): string {
  const svg = readFileSync(join(KRDS, 'img/component/icon', `${name}.svg`), 'utf8')
    .replace(/\s+/g, ' ')
    .trim();
  return `url("data:image/svg+xml,${encodeURIComponent(svg)}")`;
}

type Tokens = ReadonlyMap<string, string>;

function readTokens(): Tokens {
  const css = readFileSync(join(KRDS, 'css/token/krds_tokens.css'), 'utf8').replace(/\/\*[\s\S]*?\*\//g, '');
  return new Map(
    Array.from(css.matchAll(/(--[\w-]+):\s*([^;]+);/g), ([, name = '', value = '']) => [name, value.trim()]),
  );
}

// KRDS's `high-contrast` palette is its dark theme as well. Text below 16 px is raised to 16 px.
function tokenSheet(tokens: Tokens): string {
  const light = [...tokens].map(([name, value]) => `${name}:${readable(name, value)}`);
  const dark = [...tokens.keys()]
    .filter((name) => name.startsWith('--krds-light-') && tokens.has(darkName(name)))
    .map((name) => `${name}:var(${darkName(name)})`);
  return `:root{${light.join(';')}}@media (prefers-color-scheme:dark){:root{${dark.join(';')}}}`;
}

const darkName = (name: string): string => name.replace('--krds-light-', '--krds-high-contrast-');

function readable(name: string, value: string): string {
  const size = /-font-size-/.test(name) ? Number.parseFloat(value) : Number.NaN;
  return size < 1.6 ? '1.6rem' : value;
}

function dropUnread(css: string, readElsewhere: string): string {
  for (let before = ''; before !== css; ) {
    before = css;
    const read = new Set(
      Array.from((css + readElsewhere).matchAll(/var\(\s*(--[\w-]+)/g), ([, name = '']) => name),
    );
    css = css.replace(/(?<=[{;])(--[\w-]+):([^;}]*);?/g, (whole, name: string) =>
      read.has(name) ? whole : '',
    );
  }
  return css;
}

async function build(ownCss: string): Promise<string> {
  const [purged] = await new PurgeCSS().purge({
    content: [join(WEB, 'src/**/*.tsx'), join(WEB, '{app,check,identity,portone}/*.html')],
    css: [{ raw: compileComponents() }],
    safelist: ['html', 'body', ':root'],
  });
  return dropUnread(tokenSheet(readTokens()) + (purged?.css ?? ''), ownCss);
}

export function krds(ownCss: () => string): Plugin {
  return {
    name: 'motp-krds',
    resolveId: (id) => (id === VIRTUAL ? `\0${VIRTUAL}` : undefined),
    load: (id) => (id === `\0${VIRTUAL}` ? build(ownCss()) : undefined),
  };
}
