// violates: packages-know-no-app
export { page } from '../../../apps/web/src/page.ts';
