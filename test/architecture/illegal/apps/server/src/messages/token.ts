// violates: world-only-at-the-edge
import { randomBytes } from 'node:crypto';

export const token = () => randomBytes(32);
