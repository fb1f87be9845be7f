// violates: browsers-take-types-of-the-wire
export { wire } from '../../../protocol/src/index.ts';
