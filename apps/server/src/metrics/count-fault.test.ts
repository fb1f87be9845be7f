import { problems } from '@motp/protocol';
import { describe, expect, it } from 'vitest';
import { CommitUnknownError } from '../db/commit-unknown.ts';
import { ProblemResponse } from '../http/problem.ts';
import { faultCounter } from './count-fault.ts';

function counted(error: Error): string[] {
  const told: string[] = [];
  faultCounter({ limited: (limit) => told.push(limit), databaseFailed: () => told.push('database') })(error);
  return told;
}

describe('O-6 what a request ended with', () => {
  it('O-6 every 429 is one limit, here or in http/limits.ts, which counts its own', () => {
    const codes = (Object.keys(problems) as ProblemResponse['code'][]).filter(
      (code) => problems[code].status === 429,
    );
    expect(codes.map((code) => [code, ...counted(new ProblemResponse(code, ''))])).toEqual([
      ['message-limit', 'message'],
      ['registration-limit', 'registration'],
      ['proof-closed', 'proof'],
      ['identity-limit', 'identity'],
      ['too-many-failures'],
      ['institution-limit'],
    ]);
  });

  it.each([
    [new CommitUnknownError('lost'), ['database']],
    [Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }), ['database']],
    [new ProblemResponse('provider-unavailable', ''), []],
    [new TypeError('a fault of ours'), []],
  ])('O-6 %s', (error, told) => {
    expect(counted(error)).toEqual(told);
  });
});
