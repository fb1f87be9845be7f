import type {
  FastifyError,
  FastifyReply,
  FastifyRequest,
  HTTPMethods,
  onRequestAsyncHookHandler,
} from 'fastify';
import { type TSchema, Type } from 'typebox';
import { isDatabaseFault } from '../db/faults.ts';
import type { Server } from '../http/server.ts';
import { authenticate } from '../institutions/api-keys.ts';
import type { World } from '../world.ts';
import { type AnswerDropIn, answerDropIn, type Call, type DropInReply } from './answer-drop-in.ts';
import { type Facade, findFacade, isOriginOfSome } from './find-facade.ts';
import { type Form, field, readForm } from './form-rules.ts';
import { logSubstitute } from './log-substitute.ts';
import { resetUser } from './reset-user.ts';
import { answered, messages } from './rules.ts';

export interface DropInDependencies extends AnswerDropIn {
  world: World;
}

type Act = (call: Call, form: Form) => Promise<DropInReply>;

/** One address of the existing service, as pages call it. */
interface Endpoint {
  url: string;
  summary: string;
  fields: readonly string[];
  /** XML of three elements instead of JSON. */
  isXml: boolean;
  lane: 'institution' | 'log';
  act: Act;
}

const OF_OCCASION = [
  'AGTID',
  'USRID',
  'COURSE_AGENT_PK',
  'CLASS_AGENT_PK',
  'EVAL_CD',
  'EVAL_TYPE',
  'CLASS_TME',
];
const OF_LOG = [...OF_OCCASION, 'm_Ret', 'm_retCD', 'm_trnID', 'm_trnDT'];

function endpoints(dependencies: DropInDependencies): Endpoint[] {
  const json = { isXml: false, lane: 'institution' } as const;
  const log = { isXml: true, lane: 'log', fields: OF_LOG } as const;
  return [
    {
      ...json,
      url: '/api/v2/otp_accredit',
      summary: 'A code for an occasion, as pages of the existing service send it',
      fields: ['USER_NM', 'USER_TEL', 'OTPNO', 'SESSIONID', 'EXIP', 'USRDT', 'UT', ...OF_OCCASION],
      act: (call, form) => answerDropIn(dependencies, call, form),
    },
    {
      ...json,
      url: '/api/v2/user_reset',
      summary: 'A lock, after an identity check of the page’s own',
      fields: ['USER_NM', 'USER_TEL', 'AGTID', 'USRID', 'M_RET', 'M_RETCD', 'M_TRNID', 'M_TRNDT'],
      act: (call, form) => resetUser(dependencies, call, form),
    },
    {
      ...log,
      url: '/EAIServer/SOURCE/ExConn/LMS/pSubOtpLog.jsp',
      summary: 'What a substitute check came to',
      act: (call, form) => logSubstitute(dependencies, call, form, 'substitute'),
    },
    {
      ...log,
      url: '/EAIServer/SOURCE/ExConn/LMS/pAuthLog.jsp',
      summary: 'What a check at entry came to, as older pages log it',
      act: (call, form) => logSubstitute(dependencies, call, form, 'entry-log'),
    },
  ];
}

/**
 * The façade for pages that were written for the existing service (ADR 0021). Whatever comes is answered 200 with one
 * of their codes: such pages read the body alone. Form bodies are known here and nowhere else.
 */
export function dropInRoutes(server: Server, dependencies: DropInDependencies): void {
  server.register(async (scope: Server) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
    // Every field is read by the rules of the façade, which answer in its own words.
    scope.setValidatorCompiler(() => () => true);
    for (const endpoint of endpoints(dependencies)) addEndpoint(scope, dependencies, endpoint);
  });
}

function addEndpoint(scope: Server, dependencies: DropInDependencies, endpoint: Endpoint): void {
  const { url } = endpoint;
  const errorHandler = (error: FastifyError | Error, _request: FastifyRequest, reply: FastifyReply) =>
    send(reply, endpoint, failure(error, reply));
  const early = (method: HTTPMethods[], answer: onRequestAsyncHookHandler) =>
    scope.route({
      ...{ method, url, schema: { hide: true }, errorHandler, onRequest: answer },
      handler: () => undefined,
    });
  scope.route({
    method: 'POST',
    url,
    schema: schemaOf(endpoint),
    errorHandler,
    handler: async (request, reply) => {
      const answer = await answerCall(dependencies, endpoint, request, reply);
      return send(reply, endpoint, answer);
    },
  });
  // Answered before anything of a body is read.
  early(['GET', 'PUT', 'PATCH', 'DELETE'], (request, reply) =>
    wrongMethod(dependencies, endpoint, request, reply),
  );
  early(['OPTIONS'], (request, reply) => preflight(dependencies, request, reply));
}

async function wrongMethod(
  { database }: DropInDependencies,
  endpoint: Endpoint,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  await allowOrigin(reply, request.headers.origin, (origin) => isOriginOfSome(database, origin));
  return send(reply, endpoint, answered('WE002'));
}

/** Never `Authorization`: an API key has no place in a browser. */
const ALLOWED_HEADERS = 'content-type, x-requested-with';

async function preflight(
  { database }: DropInDependencies,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const isAllowed = await allowOrigin(reply, request.headers.origin, (origin) =>
    isOriginOfSome(database, origin),
  );
  if (isAllowed) {
    reply.header('access-control-allow-methods', 'POST');
    reply.header('access-control-allow-headers', ALLOWED_HEADERS);
    reply.header('access-control-max-age', '600');
  }
  return reply.code(204).send();
}

/** Without credentials: the façade knows no cookie. @returns whether a page of this origin may read the answer */
async function allowOrigin(
  reply: FastifyReply,
  origin: string | undefined,
  isKnown: (origin: string) => boolean | Promise<boolean>,
): Promise<boolean> {
  reply.header('vary', 'Origin');
  if (origin === undefined || !(await isKnown(origin))) return false;
  reply.header('access-control-allow-origin', origin);
  return true;
}

const FORM = /^application\/x-www-form-urlencoded\s*(;\s*charset\s*=\s*"?utf-?8"?\s*)?;?\s*$/i;

async function answerCall(
  dependencies: DropInDependencies,
  endpoint: Endpoint,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<DropInReply> {
  const { database, throttle } = dependencies;
  const { origin } = request.headers;
  await allowOrigin(reply, origin, (from) => isOriginOfSome(database, from));
  if (!FORM.test(request.headers['content-type'] ?? '')) return answered('WE001');
  const form = typeof request.body === 'string' ? readForm(request.body) : undefined;
  if (!form) return answered('WE004');
  const facade = await findFacade(database, field(form, 'AGTID'));
  if (!facade) return answered(throttle.refuses(request.ip) ? 'WE005' : 'AP007');
  const channel = await channelOf(dependencies, facade, request);
  if (channel === undefined) {
    reply.removeHeader('access-control-allow-origin');
    return answered(throttle.refuses(request.ip) ? 'WE005' : 'WE003');
  }
  const { institution } = facade;
  if (!throttle.admits(`${institution}\0${channel}`, endpoint.lane)) return answered('WE005');
  return endpoint.act({ institution, channel, address: request.ip, now: request.arrivedAt }, form);
}

/**
 * With a key that is the institution's own it vouches; a wrong one is never taken for none. Without a key a page that
 * says where it stands must stand where the institution's pages do. @returns undefined when the headers are not right
 */
async function channelOf(
  { database, world }: DropInDependencies,
  { institution, origins }: Facade,
  { headers }: FastifyRequest,
): Promise<Call['channel'] | undefined> {
  if (headers.authorization !== undefined) {
    const caller = await authenticate(database, world, headers.authorization);
    return caller?.institution.id === institution ? 'vouched' : undefined;
  }
  return headers.origin === undefined || origins.includes(headers.origin) ? 'anonymous' : undefined;
}

/** Never a 500: what is wrong with the request is a WE code, what is wrong with us IE001, and only that is logged. */
function failure(error: FastifyError | Error, reply: FastifyReply): DropInReply {
  const status =
    (error as { statusCode?: number; status?: number }).statusCode ?? (error as { status?: number }).status;
  if (status === 415) return answered('WE001');
  if (status !== undefined && status < 500) return answered('WE004');
  const { name, stack } = error;
  const { code } = error as FastifyError;
  const err = isDatabaseFault(error) ? { name, code } : { name, stack };
  reply.log.error({ err }, 'fault');
  return answered('IE001');
}

function send(reply: FastifyReply, { isXml }: Endpoint, answer: DropInReply): FastifyReply {
  reply.code(200).header('cache-control', 'no-store');
  if (isXml) {
    return reply.type('text/xml; charset=utf-8').serializer(String).send(xml(answer));
  }
  const { code, msg, ...evidence } = answer;
  const status = code === '200' ? 'SUCCESS' : 'FAIL';
  return reply.type('application/json; charset=utf-8').send({ code, status, msg, ...evidence });
}

/** RetVal 101 is right and 901 is not, as observed; every text is one of ours. */
const xml = ({ code, msg }: DropInReply): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<Result><RetVal>${code === '200' ? '101' : '901'}</RetVal><RetMsg>${msg}</RetMsg><Remark>${code}</Remark></Result>\n`;

const Reply = Type.Object({
  code: Type.Enum(Object.keys(messages)),
  status: Type.Enum(['SUCCESS', 'FAIL']),
  msg: Type.String(),
  receipt: Type.Optional(
    Type.String({
      description: 'Without a key of typ motp-drop-in-receipt+jwt, with one of motp-receipt+jwt',
    }),
  ),
  check: Type.Optional(Type.String({ description: 'With the API key: the check that was passed' })),
});

function schemaOf({ summary, fields, isXml }: Endpoint) {
  const form = Object.fromEntries(fields.map((name) => [name, Type.Optional(Type.String())]));
  const content: Record<string, { schema: TSchema | object }> = isXml
    ? { 'text/xml': { schema: {} } }
    : { 'application/json': { schema: Reply } };
  return {
    summary,
    tags: ['Drop-in'],
    consumes: ['application/x-www-form-urlencoded'],
    security: [{}, { apiKey: [] }],
    body: Type.Object(form),
    response: { 200: { description: 'Whatever the outcome: `code` tells', content } },
  };
}
