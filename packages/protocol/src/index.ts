export * from './app.ts';
export * from './check.ts';
export * from './fields.ts';
export * from './identity.ts';
export * from './lms.ts';
export * from './problems.ts';
export * from './receipt.ts';
export * from './webhooks.ts';
