import { decodeJwt, decodeProtectedHeader } from 'jose';
import { afterEach, describe, expect, it } from 'vitest';
import { dialects, type System, startSystem, 홍길동 } from './support/system.ts';

for (const dialect of dialects) {
  describe(`the main job on ${dialect}`, () => {
    let system: System;
    afterEach(() => system?.close());

    it('C-8 P-4 a registered phone passes an exam’s check and the LMS gets a receipt, on either database', async () => {
      system = await startSystem(dialect);
      const phone = await system.registered();
      const { id, token } = await system.openCheck({ returnUrl: 'http://127.0.0.1:4001/back?lesson=1#top' });
      const state = await system.send({ method: 'GET', path: `/check/${token}/state` });
      expect(state.json).toMatchObject({ id, status: 'open', registered: true, locked: false, triesLeft: 5 });
      const answered = await system.answer(token, phone.code());
      expect(answered.json).toEqual({
        outcome: 'passed',
        receipt: expect.any(String),
        returnUrl: `http://127.0.0.1:4001/back?lesson=1&motp_check=${id}#top`,
      });
      expect(decodeProtectedHeader(answered.json.receipt)).toEqual({
        alg: 'ES256',
        typ: 'motp-receipt+jwt',
        kid: expect.any(String),
      });
      expect(decodeJwt(answered.json.receipt)).toEqual({
        iss: 'http://localhost:4000',
        aud: 'inst',
        sub: 홍길동.id,
        jti: id,
        iat: Math.floor(system.world.now() / 1000),
        course: { id: 'safety-101', title: '산업안전보건', round: '3' },
        occasion: { kind: 'exam', number: 1 },
        reasons: ['entry', 'exam'],
        method: 'motp',
        amr: ['otp', 'pin', 'mfa'],
        device: phone.thumbprint,
        registration: { at: new Date(system.world.now()).toISOString(), proof: 'sms' },
        demo: true,
      });
    });
  });
}
