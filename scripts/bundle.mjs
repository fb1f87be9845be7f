import { join } from 'node:path';
import { ROOT } from './run.mjs';

/** Workspace packages export TypeScript, which Node does not run from node_modules: so they go into the bundle. */
const WORKSPACES_INSIDE = {
  name: 'workspaces-inside',
  setup(build) {
    build.onResolve({ filter: /^[^./]/ }, ({ path, kind }) => {
      if (kind === 'entry-point' || path.startsWith('@motp/')) return undefined;
      return { path, external: true };
    });
  },
};

/** One file for Node: our own sources inside, packages from npm beside it. Paths relative to the repository. */
export async function bundleForNode(entry, outfile) {
  await bundle({
    entryPoints: [join(ROOT, entry)],
    outfile: join(ROOT, outfile),
    platform: 'node',
    target: 'node20',
    format: 'esm',
    conditions: ['motp-source'],
    plugins: [WORKSPACES_INSIDE],
    loader: { '.html': 'text', '.css': 'text', '.svg': 'text', '.sql': 'text' },
    sourcemap: true,
  });
}

/** The script an LMS page includes: everything inside, a global `Motp`, for browsers of 2021 and later. */
export async function bundleSdkForBrowsers(entry, outfile) {
  await bundle({
    entryPoints: [join(ROOT, entry)],
    outfile: join(ROOT, outfile),
    platform: 'browser',
    target: ['chrome90', 'safari15', 'firefox90'],
    format: 'iife',
    globalName: 'Motp',
    minify: true,
  });
}

/** Imported here and not above, because this file is loaded before esbuild may be installed. */
async function bundle(options) {
  const { build } = await import('esbuild');
  const result = await build({ bundle: true, logLevel: 'silent', ...options }).catch((error) => error);
  if (!result.errors?.length) {
    if (result instanceof Error) throw result;
    return;
  }
  throw new Error(result.message ?? `${options.outfile} could not be built`);
}
