import type { Wire } from '../../../packages/protocol/src/index.ts';

export type Fine = Wire;
