import { type Answer, type Asked, type StandIn, startStandIn } from './stand-in.fixture.ts';

export interface VerifiedCustomer {
  name?: string;
  phoneNumber?: string;
  birthDate?: string;
  ci?: string;
  di?: string;
}

/** What our page hands to PortOne's script. */
export interface Sdk {
  identityVerificationId: string;
  channelKey: string;
}

export interface PortOneStandIn extends StandIn {
  /** The window ends well. @returns what PortOne appends to the return address */
  verify(sdk: Sdk, customer: VerifiedCustomer): Record<string, string>;
  /** The window was opened and nobody went on. */
  open(sdk: Sdk): Record<string, string>;
  fail(sdk: Sdk): Record<string, string>;
  /** What the server says of an id, to be changed by a test. */
  verifications: Map<string, Record<string, unknown>>;
}

/** PortOne V2's REST side as its SDK's types document it: GET /identity-verifications/{id}. */
export async function startPortOne(secret: string, storeId: string): Promise<PortOneStandIn> {
  const verifications: PortOneStandIn['verifications'] = new Map();
  const standIn = await startStandIn((asked) => answer(verifications, secret, storeId, asked));
  const put = (sdk: Sdk, rest: Record<string, unknown>): Record<string, string> => {
    const id = sdk.identityVerificationId;
    const at = '2026-11-23T06:00:00Z';
    verifications.set(id, {
      ...{ id, version: 'V2', requestedAt: at, updatedAt: at, statusChangedAt: at },
      channel: { type: 'LIVE', key: sdk.channelKey, pgProvider: 'DANAL', pgMerchantId: 'A010002002' },
      ...rest,
    });
    return {
      transactionType: 'IDENTITY_VERIFICATION',
      identityVerificationId: id,
      identityVerificationTxId: `tx-${id}`,
    };
  };
  return Object.assign(standIn, {
    verifications,
    verify: (sdk: Sdk, verifiedCustomer: VerifiedCustomer) =>
      put(sdk, { status: 'VERIFIED', verifiedCustomer, pgTxId: 'pg-1', pgRawResponse: '{}' }),
    open: (sdk: Sdk) => put(sdk, { status: 'READY', requestedCustomer: {} }),
    fail: (sdk: Sdk) => put(sdk, { status: 'FAILED', requestedCustomer: {}, failure: { pgCode: '9999' } }),
  });
}

function answer(
  verifications: PortOneStandIn['verifications'],
  secret: string,
  storeId: string,
  { method, url, headers }: Asked,
): Answer {
  if (headers.authorization !== `PortOne ${secret}`) return { status: 401, body: { type: 'UNAUTHORIZED' } };
  if (url.searchParams.get('storeId') !== storeId) return { status: 403, body: { type: 'FORBIDDEN' } };
  const [, id] = /^\/identity-verifications\/([^/]+)$/.exec(url.pathname) ?? [];
  if (method !== 'GET' || id === undefined) return { status: 400, body: { type: 'INVALID_REQUEST' } };
  const verification = verifications.get(decodeURIComponent(id));
  if (verification) return { body: verification };
  return { status: 404, body: { type: 'IDENTITY_VERIFICATION_NOT_FOUND', message: 'not found' } };
}
