import type { Person } from './institution.ts';

/** All that a server wrote, but for the one line in which the demo greets its visitor with the learner to play. */
export const logLines = (output: string): string[] =>
  output.split('\n').filter((line) => !line.startsWith('  훈련생 Learner: '));

/** Every writing of a name and a number. */
export function secretsOf({ name, phone }: Person): string[] {
  const digits = phone.replaceAll('-', '');
  return [name, name.normalize('NFD'), phone, digits, `+82${digits.slice(1)}`, digits.slice(1)];
}

/** Digits count on their own: a time in milliseconds may hold any six. */
export const stands = (secret: string, line: string): boolean =>
  /^\d+$/.test(secret) ? new RegExp(`(?<!\\d)${secret}(?!\\d)`).test(line) : line.includes(secret);
