import type { OpenApi, OpenApiOperation } from './document.js';
import { exampleOf, exampleQuery } from './example.js';
import { type JsonSchema, resolve } from './json-schema.js';

export interface RequestFileOptions {
  /** Of this server, as the reader reaches it. */
  origin: string;
  /** Values of variables other than the examples of the document, such as `{message: id}`. */
  variables: Readonly<Record<string, string>>;
  /** Whether users authenticate with tokens, so that requests need one. */
  hasTokens: boolean;
  /** The operations that undo others, in their order: their requests are the last ones. */
  undoing: readonly string[];
}

interface Request {
  method: string;
  path: string;
  operation: OpenApiOperation;
}

type Components = Record<string, JsonSchema>;

interface Context {
  components: Components;
  /** The example of each variable. */
  examples: Record<string, string>;
  hasTokens: boolean;
}

/**
 * Writes one request for each operation, so that they succeed in this order. The format is that of HTTP clients of
 * editors (https://github.com/Huachao/vscode-restclient, https://www.jetbrains.com/help/idea/exploring-http-syntax.html):
 * `###` separates requests, `@name = value` sets a variable, `{{name}}` inserts it.
 */
export function requestFile(document: OpenApi, options: RequestFileOptions): string {
  const { info, components } = document;
  const { origin, hasTokens } = options;
  const requests = inOrder(document, options.undoing);
  const examples = variablesOf(requests, components.schemas);
  const context = { components: components.schemas, examples, hasTokens };
  const variables = { ...examples, ...options.variables };
  return [
    `# ${info.title} ${info.version}: the requests of ${origin}/api/docs`,
    '# Open this file in Visual Studio Code (extension REST Client), a JetBrains IDE or httpYac.',
    '',
    `@origin = ${origin}`,
    ...(hasTokens ? ['# Your token.', '@token = your-token'] : []),
    '# The token of the operator: PRESENCE_SUMMARY_TOKEN, PRESENCE_FLUSH_TOKEN or METRICS_TOKEN.',
    '@secret = the-token',
    ...Object.entries(variables).map(([name, value]) => `@${name} = ${value}`),
    ...requests.flatMap((request) => ['', ...write(request, context)]),
    '',
  ].join('\n');
}

function inOrder({ paths }: OpenApi, undoing: readonly string[]): Request[] {
  const requests = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
  const rank = ({ operation }: Request) => undoing.indexOf(operation.operationId);
  return requests.sort((a, b) => rank(a) - rank(b));
}

/** The variable of each parameter of a path, named after the resource: `message` in `/messages/{id}`. */
const PLACEHOLDER = /(?:\/(\w+?)s?)?\/\{(\w+)\}/g;

function variablesOf(requests: Request[], components: Components): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const { path, operation } of requests)
    for (const [, resource, name] of path.matchAll(PLACEHOLDER)) {
      const parameter = operation.parameters?.find((one) => one.in === 'path' && one.name === name);
      if (parameter && name) variables[resource ?? name] ??= String(exampleOf(parameter.schema, components));
    }
  return variables;
}

function write({ method, path, operation }: Request, context: Context): string[] {
  const { components, hasTokens } = context;
  const { operationId, summary, description, requestBody, responses, security } = operation;
  const target = path.replace(PLACEHOLDER, (whole, resource, name) =>
    whole.replace(`{${name}}`, `{{${resource ?? name}}}`),
  );
  const [type] = Object.entries(responses).flatMap(([status, { content }]) =>
    status < '400' && content ? Object.keys(content) : [],
  );
  const body = requestBody?.content['application/json']?.schema;
  const isUpload = requestBody?.content['application/octet-stream'] !== undefined;
  const needs = (scheme: string) => security.some((way) => scheme in way);
  return [
    `### ${summary}`,
    ...(description ? [`# ${description}`] : []),
    ...(type === 'text/event-stream' ? ['# The response continues until you cancel it.'] : []),
    `# @name ${operationId}`,
    `${method} {{origin}}${target}${exampleQuery(operation, components)}`,
    ...(type ? [`Accept: ${type}`] : []),
    ...(needs('secret') ? ['Authorization: Bearer {{secret}}'] : []),
    ...(needs('token') && hasTokens ? ['Authorization: Bearer {{token}}'] : []),
    ...(body ? ['Content-Type: application/json', '', ...bodyOf(body, context)] : []),
    ...(isUpload ? ['Content-Type: application/octet-stream', '', 'The content of a file'] : []),
  ];
}

/** A field with the example of a variable refers to the variable, such as the id of a new message. */
function bodyOf(body: JsonSchema, { components, examples }: Context): string[] {
  const { properties = {} } = resolve(body, components);
  const fields = Object.entries(properties).map(([name, schema]) => {
    const value = exampleOf(schema, components);
    const [variable] = Object.entries(examples).find(([, example]) => example === value) ?? [];
    return [name, variable === undefined ? value : `{{${variable}}}`];
  });
  return JSON.stringify(Object.fromEntries(fields), null, 2).split('\n');
}
