// violates: apps-stand-alone
export { page } from '../../../web/src/page.ts';
