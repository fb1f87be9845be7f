// violates: browsers-take-types-of-the-wire
import { wire } from '../../../packages/protocol/src/index.ts';

export const page = wire;
