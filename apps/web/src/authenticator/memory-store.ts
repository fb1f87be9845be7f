import type { Locks } from './locks.ts';
import type { Changes, Records, Store } from './store.ts';

/** The store of the tests: the same promises as IndexedDB's, kept in a map. `writes` are in order of arrival. */
export type MemoryStore = Store & { readonly writes: Changes[] };

export function memoryStore(initial: Partial<Records> = {}): MemoryStore {
  const records: Partial<Records> = { ...initial };
  const writes: Changes[] = [];
  return {
    writes,
    async read<Key extends keyof Records>(key: Key) {
      return records[key];
    },
    async write(changes) {
      writes.push(changes);
      Object.assign(records, changes);
    },
  };
}

/** Web Locks of one origin: tasks of one name run one after another. */
export function memoryLocks(): Locks {
  const last = new Map<string, Promise<unknown>>();
  return (name, task) => {
    const mine = (last.get(name) ?? Promise.resolve()).catch(() => undefined).then(task);
    last.set(name, mine);
    return mine;
  };
}
