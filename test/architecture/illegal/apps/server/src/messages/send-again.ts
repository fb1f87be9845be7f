// violates: no-cycles
import { send } from './send.ts';

export const again = (): unknown => send;
