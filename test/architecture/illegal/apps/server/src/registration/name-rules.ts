// violates: rules-use-no-built-ins
import { createHash, type KeyObject } from 'node:crypto';

export const nameKey = (name: string, key: KeyObject) =>
  createHash('sha256')
    .update(name + key.type)
    .digest();
