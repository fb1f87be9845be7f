// violates: rules-are-pure
import { readDevice } from './store.ts';

export const mayRegister = () => readDevice;
