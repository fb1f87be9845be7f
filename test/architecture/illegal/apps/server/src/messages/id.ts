// violates: world-only-at-the-edge
export const id = () => globalThis.crypto.randomUUID();
