import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';

/** Where the files of a command go. */
export interface ReportFiles {
  /** @returns `other` when there is a file of this name with other contents, which stays as it is */
  write(name: string, text: string): 'written' | 'same' | 'other';
}

/** A file is there whole or not at all, and for its owner alone: it says who studied from where. */
export function reportFiles(folder: string): ReportFiles {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return {
    write(name, text) {
      const path = join(folder, name);
      if (existsSync(path)) return readFileSync(path, 'utf8') === text ? 'same' : 'other';
      const fresh = `${path}.${process.pid}.part`;
      writeThrough(fresh, text);
      try {
        // Unlike renaming, linking never replaces what another command put there meanwhile.
        linkSync(fresh, path);
        return 'written';
      } catch (error) {
        if ((error as { code?: string }).code !== 'EEXIST') throw error;
        return readFileSync(path, 'utf8') === text ? 'same' : 'other';
      } finally {
        rmSync(fresh, { force: true });
      }
    },
  };
}

function writeThrough(path: string, text: string): void {
  rmSync(path, { force: true });
  const file = openSync(path, 'wx', 0o600);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
