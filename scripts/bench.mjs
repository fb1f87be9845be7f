// `npm run bench`: set up, build, and measure. Arguments go to bench/src/main.ts.
import { join } from 'node:path';
import { build } from './build.mjs';
import { bundleForNode } from './bundle.mjs';
import { ROOT, run } from './run.mjs';
import { setup } from './setup.mjs';

try {
  await setup();
  await build();
  await bundleForNode('bench/src/main.ts', 'bench/dist/main.js');
  const { code } = await run(process.execPath, [join(ROOT, 'bench/dist/main.js'), ...process.argv.slice(2)]);
  process.exitCode = code;
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
