import { describe, expect, it } from 'vitest';
import { readAnswer } from './problem.ts';

const reply = (status: number, body: string | null, headers: Record<string, string> = {}): Response =>
  new Response(body, { status, headers });

describe('answers of the server', () => {
  it('a reply without a body is one', async () => {
    expect(await readAnswer(reply(204, null))).toEqual({ kind: 'ok', status: 204, body: undefined });
  });

  it('a problem keeps its members and how long to wait', async () => {
    const problem = { status: 429, code: 'message-limit', title: 'Too many' };
    expect(await readAnswer(reply(429, JSON.stringify(problem), { 'retry-after': '30' }))).toEqual({
      kind: 'problem',
      problem,
      retryAfter: 30,
    });
  });

  it('what is no problem document still is a problem: a proxy’s error page, or nothing', async () => {
    const unnamed = { kind: 'problem', problem: { status: 502, code: 'http-502' } };
    expect(await readAnswer(reply(502, '<h1>Bad gateway</h1>'))).toEqual(unnamed);
    expect(await readAnswer(reply(502, ''))).toEqual(unnamed);
    expect(await readAnswer(reply(502, 'null'))).toEqual(unnamed);
  });

  it('a page where JSON was due is not taken for an answer', async () => {
    const answer = await readAnswer(reply(200, '<!doctype html>'));
    expect(answer).toEqual({ kind: 'problem', problem: { status: 200, code: 'http-200' } });
  });
});
