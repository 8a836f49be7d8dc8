import { ERRORS } from '../../protocol/errors.js';
import type { OpenApi, OpenApiOperation, OpenApiResponse, Parameter } from './document.js';
import { exampleOf, exampleQuery } from './example.js';
import { type JsonSchema, resolve } from './json-schema.js';

type Components = Record<string, JsonSchema>;

/** The variables of views/docs.pug. @param origin of this server, as the reader reaches it */
export function docsPage({ info, tags, paths, components }: OpenApi, origin: string) {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, one]) =>
      describe({ method, path, origin }, one, components.schemas),
    ),
  );
  const commonErrors = operations
    .filter(({ isForVisitors }) => isForVisitors)
    .map(({ errors }) => errors)
    .reduce((common, errors) => common.filter((code) => errors.includes(code)));
  return {
    info,
    chapters: tags.map(({ name }) => ({
      name,
      operations: operations
        .filter(({ tag }) => tag === name)
        .map((one) => ({ ...one, errors: one.errors.filter((code) => !commonErrors.includes(code)) })),
    })),
    /** Codes of every operation for visitors. */
    commonErrors,
    errors: Object.entries(ERRORS).map(([code, error]) => ({ code, ...error })),
    proseParts,
  };
}

interface Address {
  method: string;
  path: string;
  origin: string;
}

function describe(address: Address, operation: OpenApiOperation, components: Components) {
  const {
    operationId,
    tags,
    summary,
    description,
    parameters = [],
    requestBody,
    responses,
    security,
  } = operation;
  const body = requestBody?.content['application/json']?.schema;
  return {
    id: operationId,
    tag: tags[0],
    method: address.method.toUpperCase(),
    // A long path can wrap at its slashes.
    segments: address.path.split(/(?=\/)/),
    summary,
    description,
    needsSecret: security.some((way) => 'secret' in way),
    isForVisitors: security.some((way) => 'guest' in way),
    fields: [...parameters.map(parameterField), ...bodyFields(body, components)],
    command: command(address, { ...operation, parameters, body, components }),
    responses: Object.entries(responses)
      .filter(([status, { content }]) => status < '400' || content?.['application/json'])
      .map(([status, response]) => ({ status, ...responseOf(response, components) })),
    errors: Object.entries(responses)
      .filter(([status]) => status >= '400')
      .flatMap(([, { content }]) => codesOf(content?.['application/problem+json']?.schema)),
  };
}

const parameterField = ({ name, in: where, required, description, schema }: Parameter) => ({
  name,
  where: where === 'path' ? 'address' : where,
  required,
  kind: kindOf(schema),
  description,
});

function bodyFields(body: JsonSchema | undefined, components: Components) {
  const { properties = {}, required = [] } = body ? resolve(body, components) : {};
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    where: 'body',
    required: required.includes(name),
    kind: kindOf(schema),
    description: schema.description,
  }));
}

/** A type and its limits in words. */
function kindOf({
  type,
  minimum,
  maximum,
  maxLength,
  maxItems,
  enum: values,
  default: fallback,
}: JsonSchema): string {
  const limits = [
    values?.map((value) => JSON.stringify(value)).join(' or '),
    minimum !== undefined && maximum !== undefined && `${minimum} to ${maximum}`,
    maxLength !== undefined && `up to ${maxLength} characters`,
    maxItems !== undefined && `up to ${maxItems}`,
    fallback !== undefined && `default ${JSON.stringify(fallback)}`,
  ];
  return [values ? '' : type, ...limits].filter(Boolean).join(', ');
}

function responseOf({ description, headers = {}, content = {} }: OpenApiResponse, components: Components) {
  const [[type, media] = []] = Object.entries(content);
  const isJson = type === 'application/json';
  return {
    description,
    headers: Object.entries(headers).map(([name, header]) => ({ name, description: header.description })),
    type: isJson ? undefined : type,
    example: isJson && media ? JSON.stringify(exampleOf(media.schema, components), null, 2) : undefined,
  };
}

function codesOf(schema: JsonSchema | undefined): string[] {
  return (schema?.properties?.code?.enum ?? []).filter((code) => typeof code === 'string');
}

/** A curl command that performs the operation. */
function command(
  { method, path, origin }: Address,
  {
    parameters,
    body,
    security,
    components,
    ...operation
  }: Pick<OpenApiOperation, 'security' | 'x-any-required'> & {
    parameters: Parameter[];
    body: JsonSchema | undefined;
    components: Components;
  },
): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name) => {
    const parameter = parameters.find((one) => one.name === name);
    return encodeURIComponent(String(parameter && exampleOf(parameter.schema, components)));
  });
  const { required = [], anyOf = [] } = resolve(body ?? {}, components);
  const needed = [...required, ...(anyOf[0]?.required ?? [])];
  const example = Object.entries((body ? exampleOf(body, components) : {}) as object);
  const fields = Object.fromEntries(example.filter(([name]) => needed.includes(name)));
  return [
    'curl',
    method !== 'get' && !(method === 'post' && body) && `-X ${method.toUpperCase()}`,
    security.some((way) => 'secret' in way) && `-H 'Authorization: Bearer …'`,
    security.some((way) => 'guest' in way) && '-b jar -c jar',
    body && `--json '${JSON.stringify(fields)}'`,
    `'${origin}${filled}${exampleQuery({ ...operation, parameters }, components)}'`,
  ]
    .filter(Boolean)
    .join(' ');
}

/** The parts of a text with `code` in it. */
function proseParts(text: string): { text: string; isCode: boolean }[] {
  return text.split('`').map((part, i) => ({ text: part, isCode: i % 2 === 1 }));
}
