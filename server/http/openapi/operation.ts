import type { Request } from 'express';
import { z } from 'zod';
import type { ErrorCode } from '../../protocol/errors.js';
import { readFields } from '../middleware/request-body.js';
import { toFieldError } from './rule.js';

/** Fields by name. */
export type Shape = Readonly<Record<string, z.ZodType>>;
type NoFields = Readonly<Record<never, z.ZodType>>;

export interface OperationResponse {
  description: string;
  /** Of what is sent as JSON. */
  schema?: z.ZodType;
  /** Where it is not JSON. */
  type?: string;
  /** Names of headers, and what they say. */
  headers?: Record<string, string>;
}

/** One thing that can be done over HTTP: what a request has to be like, and what is answered. */
export interface OperationDefinition<P, Q, H, B> {
  id: string;
  method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** As Express writes it: `/api/rooms/:room`. */
  path: string;
  /** The chapter it stands in. */
  tag: string;
  summary: string;
  description?: string;
  params?: P;
  query?: Q;
  /** By names in lower case. */
  headers?: H;
  body?: B;
  /** The field that a body of plain text is taken for; without it plain text is refused. */
  plainText?: string;
  /** By status. */
  answers: Record<number, OperationResponse>;
  /** Beside those that follow from the rest. */
  errors?: readonly ErrorCode[];
  /** Who may; `secret`: whoever sends a bearer token that the operator has set. */
  for?: 'visitors' | 'everybody' | 'secret';
}

export interface Operation<
  P extends Shape = Shape,
  Q extends Shape = Shape,
  H extends Shape = Shape,
  B extends Shape = Shape,
> extends Omit<OperationDefinition<P, Q, H, B>, 'params' | 'query' | 'headers' | 'body'> {
  params: z.ZodObject<P>;
  query: z.ZodObject<Q>;
  headers: z.ZodObject<H>;
  /** Null: what is sent is not looked at. */
  body: z.ZodObject<B> | null;
}

/** The fields of a request, as the schemas of its operation give them. */
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
>({ params, query, headers, body, ...rest }: OperationDefinition<P, Q, H, B>): Operation<P, Q, H, B> {
  return {
    ...rest,
    params: z.object(params ?? ({} as P)),
    query: z.object(query ?? ({} as Q)),
    headers: z.object(headers ?? ({} as H)),
    body: body ? z.object(body) : null,
  };
}

/** Checks a request. @throws ChatError of the first fault: in the path, the query, the headers, the body */
export function readInput<P extends Shape, Q extends Shape, H extends Shape, B extends Shape>(
  { params, query, headers, body, plainText }: Operation<P, Q, H, B>,
  req: Request,
): Input<P, Q, H, B> {
  return {
    params: parse(params, req.params),
    query: parse(query, req.query),
    headers: parse(headers, req.headers),
    body: body ? parse(body, readFields(req, plainText)) : ({} as z.output<z.ZodObject<B>>),
  };
}

/** Rules are asked about missing fields too, so each is given, if only as undefined. */
function parse<S extends Shape>(schema: z.ZodObject<S>, fields: object): z.output<z.ZodObject<S>> {
  const given = new Map<string, unknown>(Object.entries(fields));
  const parsed = schema.safeParse(
    Object.fromEntries(Object.keys(schema.shape).map((name) => [name, given.get(name)])),
  );
  if (!parsed.success) throw toFieldError(parsed.error);
  return parsed.data;
}
