// violates: world-only-at-the-edge
export const now = () => Date.now();
