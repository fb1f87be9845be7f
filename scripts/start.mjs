// `npm start`: set up, build, and run server and sample LMS in demo mode until Ctrl-C.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { build } from './build.mjs';
import { ROOT } from './run.mjs';
import { setup } from './setup.mjs';

try {
  await setup();
  await build();
  process.exitCode = await demo(process.argv.slice(2));
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}

function demo(args) {
  const program = [join(ROOT, 'apps/server/bin/motp.mjs'), 'demo', ...args];
  const child = spawn(process.execPath, program, { cwd: ROOT, stdio: 'inherit' });
  // A terminal sends Ctrl-C to both processes; from anywhere else a signal reaches this one alone.
  process.on('SIGINT', () => process.stdin.isTTY || child.kill('SIGINT'));
  for (const name of ['SIGTERM', 'SIGHUP']) process.on(name, () => child.kill(name));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) =>
      resolve(code ?? (signal === 'SIGINT' || signal === 'SIGTERM' ? 0 : 1)),
    );
  });
}
