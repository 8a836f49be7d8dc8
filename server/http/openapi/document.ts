import type { z } from 'zod';
import { ERRORS, type ErrorCode } from '../../protocol/errors.js';
import { type JsonSchema, SchemaWriter } from './json-schema.js';
import type { Operation, OperationResponse } from './operation.js';

/** The parts of an OpenAPI 3.1 document (https://spec.openapis.org/oas/v3.1.0) that this module writes. */
export interface OpenApi {
  openapi: '3.1.0';
  info: { title: string; version: string; description: string; license: { name: string } };
  /** Addresses of the API. The one of this document is relative; see `servedAt`. */
  servers: { url: string; description: string }[];
  tags: { name: string }[];
  paths: Record<string, Record<string, OpenApiOperation>>;
  components: { schemas: Record<string, JsonSchema>; securitySchemes: Record<string, object> };
}

export interface OpenApiOperation {
  operationId: string;
  tags: string[];
  summary: string;
  description?: string;
  security: Record<string, string[]>[];
  parameters?: Parameter[];
  /** Parameters of the query of which a request needs at least one, which OpenAPI cannot express otherwise. */
  'x-any-required'?: readonly string[];
  requestBody?: { required: boolean; content: Content };
  responses: Record<string, OpenApiResponse>;
}

export interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
  required: boolean;
  description?: string;
  schema: JsonSchema;
}

export interface OpenApiResponse {
  description: string;
  headers?: Record<string, { description: string; schema: JsonSchema }>;
  content?: Content;
}

type Content = Record<string, { schema: JsonSchema }>;

export interface ApiInfo {
  version: string;
  /** Schema of every error response. */
  problem: z.ZodType;
  /** Names of the cookies that authenticate a visitor. */
  cookies: { guest: string; session: string; token: string };
}

/** Describes operations from the schemas that validate their requests. */
export function describeApi(
  operations: readonly Operation[],
  { version, problem, cookies }: ApiInfo,
): OpenApi {
  const writer = new SchemaWriter();
  const problemRef = writer.write(problem, 'output');
  const paths: OpenApi['paths'] = {};
  for (const operation of operations) {
    const path = operation.path.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [operation.method]: describe(operation, writer, problemRef) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Changeroom',
      version,
      description:
        'A chat server. Each message is shown on every screen in its room a moment after it is written.',
      license: { name: 'MIT' },
    },
    servers: [{ url: '/', description: 'This server' }],
    tags: [...new Set(operations.map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    components: {
      schemas: writer.components,
      securitySchemes: {
        guest: { type: 'apiKey', in: 'cookie', name: cookies.guest, description: 'A guest (`AUTH=guest`)' },
        token: {
          type: 'http',
          scheme: 'bearer',
          description: 'A user (`AUTH=jwt`, `AUTH=accounts`), or a guest',
        },
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: cookies.session,
          description:
            'A login on the page (`OIDC_CLIENT_ID`, `LOGIN_URL`); over https with the prefix `__Host-`',
        },
        tokenCookie: {
          type: 'apiKey',
          in: 'cookie',
          name: cookies.token,
          description: 'The same token as a cookie',
        },
        secret: { type: 'http', scheme: 'bearer', description: 'A secret that the operator has set' },
      },
    },
  };
}

/** The document with the address at which its reader reaches the server. */
export function servedAt(document: OpenApi, origin: string): OpenApi {
  return { ...document, servers: [{ url: origin, description: 'This server' }] };
}

const SECURITY: Record<NonNullable<Operation['access']>, OpenApiOperation['security']> = {
  // Authentication is optional: where an identity is needed, a visitor without one becomes a guest.
  visitors: [{}, { guest: [] }, { token: [] }, { session: [] }, { tokenCookie: [] }],
  public: [],
  secret: [{ secret: [] }],
  monitoring: [],
  operator: [{}, { secret: [] }],
};

function describe(operation: Operation, writer: SchemaWriter, problem: JsonSchema): OpenApiOperation {
  const {
    id,
    tag,
    summary,
    description,
    params,
    query,
    headers,
    body,
    isBodyRequired,
    anyRequired,
    isUpload,
    plainText,
    responses,
  } = operation;
  const parameters = [
    ...parametersOf(params, 'path', writer),
    ...parametersOf(query, 'query', writer),
    ...parametersOf(headers, 'header', writer),
  ];
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(description && { description }),
    security: SECURITY[operation.access ?? 'visitors'],
    ...(parameters.length > 0 && { parameters }),
    ...(!body && anyRequired && { 'x-any-required': anyRequired }),
    ...(body && {
      requestBody: {
        required: isBodyRequired,
        content: contentOf({ ...writer.write(body, 'input'), ...alternatives(anyRequired) }, plainText),
      },
    }),
    ...(isUpload && { requestBody: { required: true, content: UPLOAD } }),
    responses: {
      ...Object.fromEntries(
        Object.entries(responses).map(([status, response]) => [status, describeResponse(response, writer)]),
      ),
      ...problemsOf(operation, problem),
    },
  };
}

/** @param fields of which one is needed */
function alternatives(fields: readonly string[] = []): Pick<JsonSchema, 'anyOf'> {
  return fields.length > 0 ? { anyOf: fields.map((name) => ({ required: [name] })) } : {};
}

/** The content of a file, as such or in a form. */
const UPLOAD: Content = {
  'application/octet-stream': { schema: { type: 'string', format: 'binary' } },
  'multipart/form-data': {
    schema: { type: 'object', properties: { file: { type: 'string', format: 'binary' } } },
  },
};

function parametersOf(fields: z.ZodObject, where: Parameter['in'], writer: SchemaWriter): Parameter[] {
  const { properties = {}, required = [] } = writer.write(fields, 'input');
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: where,
    required: where === 'path' || (required.includes(name) && schema.default === undefined),
    ...(description && { description }),
    schema,
  }));
}

function contentOf(schema: JsonSchema, plainText: string | undefined): Content {
  const text = plainText && schema.properties?.[plainText];
  return {
    'application/json': { schema },
    'application/x-www-form-urlencoded': { schema },
    ...(text && { 'text/plain': { schema: text } }),
  };
}

function describeResponse(
  { description, schema, type, headers }: OperationResponse,
  writer: SchemaWriter,
): OpenApiResponse {
  const text: JsonSchema = { type: 'string' };
  return {
    description,
    ...(headers && {
      headers: Object.fromEntries(
        Object.entries(headers).map(([name, description]) => [name, { description, schema: text }]),
      ),
    }),
    ...(schema && { content: { 'application/json': { schema: writer.write(schema, 'output') } } }),
    ...(type && { content: { [type]: { schema: text } } }),
  };
}

/** Error responses by status, with the codes of each. */
function problemsOf(operation: Operation, problem: JsonSchema): Record<string, OpenApiResponse> {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of errorsOf(operation)) {
    const { status } = ERRORS[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [
      status,
      {
        description: codes.map((code) => `\`${code}\`: ${ERRORS[code].title}`).join('. '),
        content: {
          'application/problem+json': {
            schema: { ...problem, properties: { code: { enum: codes } } },
          },
        },
      },
    ]),
  );
}

/** Errors of texts, which are checked alike. */
const TEXT_ERRORS: ReadonlySet<ErrorCode> = new Set([
  'bad-room',
  'bad-body',
  'bad-name',
  'bad-topic',
  'bad-alt',
]);

/** The error codes that an operation declares, and those that follow from its other properties. */
function errorsOf({
  method,
  params,
  query,
  body,
  errors = [],
  access = 'visitors',
}: Operation): Set<ErrorCode> {
  const hasParameters = Object.keys({ ...params.shape, ...query.shape }).length > 0;
  return new Set<ErrorCode>([
    ...errors,
    ...(errors.some((code) => TEXT_ERRORS.has(code)) ? (['too-many-marks'] as const) : []),
    ...(hasParameters || body ? (['bad-request'] as const) : []),
    ...(body ? (['bad-json', 'body-too-large', 'unsupported-media-type'] as const) : []),
    ...(access === 'secret' ? (['login-required', 'bad-token', 'not-found'] as const) : []),
    ...(access === 'visitors'
      ? ([
          'login-required',
          'bad-token',
          'token-expired',
          'session-ended',
          'auth-unavailable',
          'database-unavailable',
        ] as const)
      : []),
    ...(access === 'operator' ? (['local-only', 'login-required', 'bad-token'] as const) : []),
    ...(method !== 'get' && access === 'visitors' ? (['storage-full'] as const) : []),
    ...(access === 'operator' ? [] : (['bad-origin'] as const)),
    ...(access === 'monitoring' || access === 'operator' ? [] : (['rate-limited'] as const)),
    'internal',
  ]);
}
