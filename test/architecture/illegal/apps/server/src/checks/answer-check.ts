// violates: store-is-private
import { readDevice } from '../registration/store.ts';
import { readChecks } from './store.ts';

export const answer = () => [readDevice, readChecks];
