import type { Changes, Records, Store } from './store.ts';

const DATABASE = 'motp';
const RECORDS = 'records';

/** The store in IndexedDB, where CryptoKeys lie without their bytes being readable by any script. */
export async function openStore(): Promise<Store> {
  const database = await openDatabase();
  return {
    async read<Key extends keyof Records>(key: Key) {
      const request = database.transaction(RECORDS).objectStore(RECORDS).get(key);
      return (await done(request)) as Records[Key] | undefined;
    },
    async write(changes: Changes) {
      // Strict: a failure that was counted must survive a battery that is pulled (SPEC R-7).
      const transaction = database.transaction(RECORDS, 'readwrite', { durability: 'strict' });
      const records = transaction.objectStore(RECORDS);
      for (const [key, value] of Object.entries(changes)) {
        if (value === undefined) records.delete(key);
        else records.put(value, key);
      }
      await committed(transaction);
    },
  };
}

function openDatabase(): Promise<IDBDatabase> {
  const opening = indexedDB.open(DATABASE, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(RECORDS);
  return done(opening);
}

function done<Value>(request: IDBRequest<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('IndexedDB request failed'));
  });
}

function committed(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error ?? new Error('IndexedDB transaction aborted'));
  });
}
