// violates: world-only-at-the-edge
export const dice = () => Math.random();
