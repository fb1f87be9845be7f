// violates: examples-use-the-sdk-only
import { page } from '../../../packages/lms-sdk/src/index.ts';
import { wire } from '../../../packages/protocol/src/index.ts';

export const main = [page, wire];
