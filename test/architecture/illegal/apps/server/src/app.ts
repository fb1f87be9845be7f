// violates: store-is-private
import { routes } from './checks/routes.ts';
import { readProof } from './registration/proof-store.ts';

export const app = () => [routes, readProof, process.env.MOTP_MODE, Date.now()];
