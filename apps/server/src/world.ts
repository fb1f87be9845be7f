import { randomBytes } from 'node:crypto';

/** What a rule is given instead of reaching for it: the clock (epoch ms) and randomness. */
export interface World {
  now(): number;
  random(bytes: number): Buffer;
}

export const realWorld: World = { now: () => Date.now(), random: (bytes) => randomBytes(bytes) };

/** `chk_…`: 48 bits of time, so that ids of one evening lie together in an index, and 80 random bits. */
export function newId(prefix: string, world: World): string {
  const time = world.now().toString(16).padStart(12, '0');
  return `${prefix}_${time}${world.random(10).toString('hex')}`;
}
