// violates: imports-exist
// @ts-expect-error it is not there, which is the point
export type { Lost } from './not-there.ts';
