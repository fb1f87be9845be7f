import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const OWNER_FILE = 'owner.pid';

/** A folder that says which process it belongs to, so that a later run can tell whether it is still used. */
export async function makeOwnedFolder(root: string, prefix: string): Promise<string> {
  const folder = await mkdtemp(join(root, prefix));
  await writeFile(join(folder, OWNER_FILE), String(process.pid));
  return folder;
}

/** A test run that was killed cleans up nothing; the next one does, after ending what still runs in there. */
export async function removeLeftOvers(
  root: string,
  prefix: string,
  endWhatRuns: (folder: string) => Promise<void> = async () => undefined,
): Promise<void> {
  for (const name of await readdir(root)) {
    const folder = join(root, name);
    if (!name.startsWith(prefix) || (await isOwned(folder))) continue;
    await endWhatRuns(folder);
    await rm(folder, { recursive: true, force: true }).catch(() => undefined);
  }
}

async function isOwned(folder: string): Promise<boolean> {
  const owner = Number(await readFile(join(folder, OWNER_FILE), 'utf8').catch(() => ''));
  // A folder without its owner's file is one that another run is making this moment, unless it is old.
  if (!owner) return Date.now() - (await stat(folder).catch(() => ({ mtimeMs: 0 }))).mtimeMs < 60_000;
  return isAlive(owner);
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
  return !isZombie(pid);
}

/** A killed process stays in the table until its parent asks for it, which in a container may be never. */
function isZombie(pid: number): boolean {
  const status = `/proc/${pid}/stat`;
  return existsSync(status) && /^\d+ \(.*\) Z/s.test(readFileSync(status, 'utf8'));
}
