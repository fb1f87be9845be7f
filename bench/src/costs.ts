import { randomBytes } from 'node:crypto';
import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { parseCode, stepAt } from '@motp/otp';
import { codesOf, wrongCodeKey } from '../../apps/server/src/checks/codes.ts';
import { openKeyring } from '../../apps/server/src/keys/keyring.ts';
import { newMasterKey } from '../../apps/server/src/keys/master-key.ts';
import { realWorld } from '../../apps/server/src/world.ts';
import { sampleReceipt } from './bare-server.ts';
import { median } from './figures.ts';

/** What the parts of an answer cost alone, microseconds, by the product's own functions on this machine now. */
export interface Costs {
  openSeed: number;
  code: number;
  wrongCodeKey: number;
  signature: number;
  /** Write and fdatasync of 4 kB, and of 256 kB: about the log of one answer and of 64. */
  flush4k: number;
  flush256k: number;
}

const random = (bytes: number) => realWorld.random(bytes);

export function measureCosts(folder: string): Costs {
  const keyring = openKeyring(newMasterKey(random, true), random);
  const place = { table: 'device', column: 'seed', row: 'dev_0' };
  const device = { id: 'dev_0', seed_sealed: keyring.seal(place, random(32)) };
  const codes = codesOf(keyring, device);
  const step = stepAt(Date.now());
  const typed = parseCode('123456');
  if (!typed) throw new Error('six digits are a code');
  const once = (first: number) => {
    const fresh = codesOf(keyring, device);
    fresh.codeOf(first);
    fresh.forget();
  };
  const code = each(20_000, (nth) => codes.codeOf(step + nth));
  return {
    openSeed: each(5_000, (nth) => once(step + nth)) - code,
    code,
    wrongCodeKey: each(5_000, () => wrongCodeKey(keyring, 'chk_0', typed)),
    signature: each(500, sampleReceipt()),
    flush4k: flush(folder, 4),
    flush256k: flush(folder, 256),
  };
}

/** The fastest of ten batches: what it costs when nothing else is in the way. */
function each(times: number, work: (nth: number) => unknown): number {
  const batches = Array.from({ length: 10 }, (_, batch) => {
    const began = performance.now();
    for (let nth = 0; nth < times / 10; nth++) work(batch * times + nth);
    return ((performance.now() - began) / (times / 10)) * 1000;
  });
  return Math.min(...batches);
}

function flush(folder: string, kilobytes: number): number {
  const file = openSync(join(folder, `flush-${kilobytes}`), 'w');
  const bytes = randomBytes(kilobytes * 1024);
  const times = Array.from({ length: 40 }, () => {
    const began = performance.now();
    writeSync(file, bytes);
    fdatasyncSync(file);
    return (performance.now() - began) * 1000;
  });
  closeSync(file);
  return median(times);
}
