import { MotpError } from './client.ts';

export type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A reply that is not in the protocol's shape is an error and never a pass (C-9). */
export function unexpectedReply(status: number, what: string): MotpError {
  return new MotpError({ code: 'unexpected-reply', status, detail: `The server's reply has no ${what}.` });
}

export function fieldsIn(body: unknown, what: string): Fields {
  if (!isFields(body)) throw unexpectedReply(200, what);
  return body;
}

export function textIn(body: Fields, name: string): string {
  const value = body[name];
  if (typeof value !== 'string' || value === '') throw unexpectedReply(200, `"${name}"`);
  return value;
}

export function textsIn(body: Fields, name: string): string[] {
  const value = body[name];
  if (!Array.isArray(value) || !value.every((item) => typeof item === 'string')) {
    throw unexpectedReply(200, `"${name}"`);
  }
  return value;
}

export function numberIn(body: Fields, name: string): number {
  const value = body[name];
  if (typeof value !== 'number') throw unexpectedReply(200, `"${name}"`);
  return value;
}
