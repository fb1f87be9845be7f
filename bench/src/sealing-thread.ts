import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { readKeyFile } from '../../apps/server/src/keys/key-file.ts';
import { openKeyring } from '../../apps/server/src/keys/keyring.ts';
import type { TableBatch } from './bulk-insert.ts';
import { type Sealer, sealPeople } from './fill.ts';
import type { Population } from './people.ts';
import { pooledRandom } from './random.ts';

/** The argument with which this program's own file is started as the thread. */
export const SEALING_ROLE = '--seal';

interface Wanted {
  population: Population;
  from: number;
  to: number;
}

export interface SealingThread {
  seal: Sealer;
  end(): Promise<void>;
}

/** Seals on another core while this one writes. @param program the bundled bench @param keyFile the master key */
export function startSealingThread(program: string, keyFile: string): SealingThread {
  const worker = new Worker(program, { argv: [SEALING_ROLE], workerData: { keyFile } });
  return {
    seal: (population, from, to) =>
      new Promise<TableBatch[]>((resolve, reject) => {
        worker.once('error', reject);
        worker.once('message', (batch: TableBatch[]) => {
          worker.off('error', reject);
          resolve(batch);
        });
        worker.postMessage({ population, from, to } satisfies Wanted);
      }),
    end: async () => void (await worker.terminate()),
  };
}

/** The thread's side: one batch for each message. */
export function sealOnDemand(): void {
  if (isMainThread || !parentPort) throw new Error(`${SEALING_ROLE} is for a thread`);
  const port = parentPort;
  const { keyFile } = workerData as { keyFile: string };
  const keyring = openKeyring(readKeyFile(keyFile), pooledRandom);
  port.on('message', ({ population, from, to }: Wanted) => {
    // A Buffer arrives as a plain array of bytes.
    const seedKey = Buffer.from(population.seedKey);
    port.postMessage(sealPeople(keyring, { ...population, seedKey }, from, to));
  });
}
