import { rmSync } from 'node:fs';
import { temporaryFolder } from '../../test/support/processes.ts';

/** A temporary folder that goes with this process, also when it is interrupted: a filled database is gigabytes. */
export async function ownFolder(): Promise<string> {
  const folder = await temporaryFolder();
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
