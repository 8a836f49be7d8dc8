import type { Request } from 'express';
import { z } from 'zod';
import type { ErrorCode } from '../../protocol/errors.js';
import { hasBody, readFields } from '../middleware/request-body.js';
import { toFieldError } from './rule.js';

/** Fields by name. */
export type Shape = Readonly<Record<string, z.ZodType>>;
type NoFields = Readonly<Record<never, z.ZodType>>;

export interface OperationResponse {
  description: string;
  /** Schema of a JSON body. */
  schema?: z.ZodType;
  /** Media type of a body that is not JSON. */
  type?: string;
  /** Descriptions of headers, by name. */
  headers?: Record<string, string>;
}

/** The declaration of an API operation: the fields of its requests and its responses. */
export interface OperationDefinition<P, Q, H, B> {
  id: string;
  method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** In Express' syntax: `/api/rooms/:room`. */
  path: string;
  /** Its chapter of the documentation. */
  tag: string;
  summary: string;
  description?: string;
  params?: P;
  query?: Q;
  /** By name in lower case. */
  headers?: H;
  body?: B;
  /** The fields of the body, or of the query without a body, of which a request needs at least one. */
  anyRequired?: readonly string[];
  /** The field that a body of plain text sets; without it, plain text is refused. */
  plainText?: string;
  /** By default, whether the fields of the body are valid without a value. */
  isBodyRequired?: boolean;
  /** The body is a file, which the handler reads. */
  isUpload?: boolean;
  /** By status. */
  responses: Record<number, OperationResponse>;
  /** Error codes, except those that follow from the other properties; see `errorsOf`. */
  errors?: readonly ErrorCode[];
  /**
   * Default `visitors`; `public`: without authentication; `secret`: with a bearer token that the operator has set;
   * `monitoring`: public, and exempt from the limit of requests; `operator`: as `monitoring`, with a bearer token that
   * the operator has set, or from the server's own machine.
   */
  access?: 'visitors' | 'public' | 'secret' | 'monitoring' | 'operator';
}

export interface Operation<
  P extends Shape = Shape,
  Q extends Shape = Shape,
  H extends Shape = Shape,
  B extends Shape = Shape,
> extends Omit<OperationDefinition<P, Q, H, B>, 'params' | 'query' | 'headers' | 'body' | 'isBodyRequired'> {
  params: z.ZodObject<P>;
  query: z.ZodObject<Q>;
  headers: z.ZodObject<H>;
  /** Null: a body is ignored. */
  body: z.ZodObject<B> | null;
  /** False if a request without a body is valid. */
  isBodyRequired: boolean;
}

/** The fields of a request, validated and converted by the schemas of its operation. */
export interface Input<P extends Shape, Q extends Shape, H extends Shape, B extends Shape> {
  params: z.output<z.ZodObject<P>>;
  query: z.output<z.ZodObject<Q>>;
  headers: z.output<z.ZodObject<H>>;
  body: z.output<z.ZodObject<B>>;
}

export function operation<
  const P extends Shape = NoFields,
  const Q extends Shape = NoFields,
  const H extends Shape = NoFields,
  const B extends Shape = NoFields,
>({
  params,
  query,
  headers,
  body,
  isBodyRequired,
  ...rest
}: OperationDefinition<P, Q, H, B>): Operation<P, Q, H, B> {
  return {
    ...rest,
    params: z.object(params ?? ({} as P)),
    query: z.object(query ?? ({} as Q)),
    headers: z.object(headers ?? ({} as H)),
    body: body ? z.object(body) : null,
    isBodyRequired:
      isBodyRequired ?? (body !== undefined && !z.object(body).safeParse(valuesOf(body, {})).success),
  };
}

/** Validates a request. @throws ChatError for the first invalid field of the path, query, headers or body */
export function readInput<P extends Shape, Q extends Shape, H extends Shape, B extends Shape>(
  { params, query, headers, body, isBodyRequired, plainText }: Operation<P, Q, H, B>,
  req: Request,
): Input<P, Q, H, B> {
  const fields = (): object => (isBodyRequired || hasBody(req) ? readFields(req, plainText) : {});
  return {
    params: parse(params, req.params),
    query: parse(query, req.query),
    headers: parse(headers, req.headers),
    body: body ? parse(body, fields()) : ({} as z.output<z.ZodObject<B>>),
  };
}

/** Passes missing fields as undefined, because rules check those too. */
function parse<S extends Shape>(schema: z.ZodObject<S>, fields: object): z.output<z.ZodObject<S>> {
  const parsed = schema.safeParse(valuesOf(schema.shape, fields));
  if (!parsed.success) throw toFieldError(parsed.error);
  return parsed.data;
}

function valuesOf(shape: Shape, fields: object): Record<string, unknown> {
  const values = new Map<string, unknown>(Object.entries(fields));
  return Object.fromEntries(Object.keys(shape).map((name) => [name, values.get(name)]));
}
