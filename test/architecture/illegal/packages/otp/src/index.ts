// violates: otp-is-pure
import { createHmac } from 'node:crypto';

export const hmac = createHmac;
