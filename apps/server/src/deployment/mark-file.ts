import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { Marks } from './continuity.ts';

/**
 * Marks in a small file beside the master key, replaced as a whole.
 * @param writer tells this process from others of this machine, which write the same file
 */
export function markFile(path: string, writer: string): Marks {
  const marks = readMarks(path);
  return {
    read: (identity) => marks[identity] ?? 0,
    write: (identity, event) => {
      marks[identity] = event;
      const fresh = `${path}.${writer}.new`;
      writeFileSync(fresh, `${JSON.stringify(marks)}\n`, { mode: 0o600 });
      renameSync(fresh, path);
    },
  };
}

function readMarks(path: string): Record<string, number> {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Record<string, number>;
  } catch {
    return {};
  }
}
