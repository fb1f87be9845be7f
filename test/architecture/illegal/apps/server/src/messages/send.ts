import { again } from './send-again.ts';

export const send = (): unknown => again;
