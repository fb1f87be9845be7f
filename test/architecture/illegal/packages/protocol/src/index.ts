export const wire = 'wire';
export type Wire = typeof wire;
