// The public face of the package: what an LMS's server uses. The browser half is served as /sdk.js.

export {
  type CheckGate,
  type CheckGateOptions,
  checkGate,
  type GateDecision,
  type GateMemory,
} from './check-gate.ts';
export { type MotpClient, MotpError } from './client.ts';
export { getCheck } from './get-check.ts';
export { getPolicy } from './get-policy.ts';
export {
  type ExpressResponse,
  expressGate,
  type FastifyReply,
  fastifyGate,
  type Otherwise,
  type Refusal,
  type WithHeaders,
} from './middleware.ts';
export { openCheck } from './open-check.ts';
export { ReceiptError, type ReceiptErrorCode } from './receipt-error.ts';
export { type ReceiptKeys, type ReceiptKeysOptions, receiptKeys } from './receipt-keys.ts';
export { requireCheck } from './require-check.ts';
export type {
  Check,
  CheckEventData,
  CheckRequest,
  Course,
  DropInReceiptClaims,
  Learner,
  LearnersEventData,
  Occasion,
  OccasionKind,
  OpenCheck,
  OpenedCheck,
  Policy,
  ReceiptClaims,
  RequiredCheck,
  WebhookEvent,
} from './types.ts';
export { type DropInExpectation, verifyDropInReceipt } from './verify-drop-in-receipt.ts';
export {
  type ArchivedReceiptExpectation,
  type ReceiptExpectation,
  verifyArchivedReceipt,
  verifyReceipt,
} from './verify-receipt.ts';
export {
  verifyWebhook,
  WebhookError,
  type WebhookErrorCode,
  type WebhookHeaders,
} from './verify-webhook.ts';
