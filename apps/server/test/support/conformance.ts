import { Ajv2020 } from 'ajv/dist/2020.js';
import type { Server } from '../../src/http/server.ts';
import type { WireReply, WireRequest } from './transport.ts';

interface OpenApi {
  paths: Record<
    string,
    Record<string, { responses: Record<string, { content?: Record<string, { schema: object }> }> }>
  >;
}

/** Holds every reply against the OpenAPI document that the server itself publishes. */
export function conformance(server: Server): (request: WireRequest, reply: WireReply) => void {
  const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
  const compiled = new Map<object, ReturnType<typeof ajv.compile>>();
  let routes: { pattern: RegExp; operations: OpenApi['paths'][string] }[] | undefined;
  return (request, reply) => {
    routes ??= routesOf(server.swagger() as unknown as OpenApi);
    const [path = ''] = request.path.split('?', 1);
    const route = routes.find(({ pattern }) => pattern.test(path));
    const operation = route?.operations[request.method.toLowerCase()];
    if (!operation || reply.status === 204) return;
    const documented = operation.responses[String(reply.status)];
    if (!documented)
      throw new Error(`${request.method} ${path} answered ${reply.status}, which is not documented`);
    const [schema] = Object.values(documented.content ?? {}).map((content) => content.schema);
    if (!schema) return;
    const validate = compiled.get(schema) ?? ajv.compile(schema);
    compiled.set(schema, validate);
    if (!validate(reply.json)) {
      throw new Error(
        `${request.method} ${path} ${reply.status}: ${ajv.errorsText(validate.errors)}\n${reply.text}`,
      );
    }
  };
}

function routesOf({ paths }: OpenApi) {
  return Object.entries(paths)
    .sort(([a], [b]) => Number(a.includes('{')) - Number(b.includes('{')))
    .map(([template, operations]) => ({
      pattern: new RegExp(`^${template.replace(/\{[^}]+\}/g, '[^/]+')}$`),
      operations,
    }));
}
