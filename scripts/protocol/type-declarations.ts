import type { Described, FrameSchemas, Schema } from './frame-schemas.js';

const HEAD = `/**
 * Frames of the socket protocol. Generated from the schemas in server/protocol by \`npm run docs:protocol\`: do not
 * edit. docs/socket-protocol.md describes the frames.
 */

`;

/** TypeScript declarations of all frames, which need neither zod nor code of the server. */
export function typeDeclarations(version: string, client: FrameSchemas, server: FrameSchemas): string {
  const definitions = new Map(
    [...client.definitions, ...server.definitions].map((definition) => [definition.name, definition]),
  );
  return [
    HEAD,
    `/** Version of the protocol, \`major.minor\`. A client works with servers of the same major version. */\n`,
    `export const PROTOCOL_VERSION = '${version}';\n\n`,
    ...[...definitions.values()].map(({ name, schema }) => declaration({ name, schema })),
    frameMap('ClientFrames', 'Frames that clients send, by type.', client.frames),
    frameMap('ServerFrames', 'Frames that the server sends, by type.', server.frames),
    'export type ClientFrameType = keyof ClientFrames;\n',
    'export type ClientFrame<T extends ClientFrameType = ClientFrameType> = ClientFrames[T];\n',
    'export type ServerFrameType = keyof ServerFrames;\n',
    'export type ServerFrame<T extends ServerFrameType = ServerFrameType> = ServerFrames[T];\n',
  ].join('');
}

/** That of biome.json. */
const LINE_WIDTH = 110;

function declaration({ name, schema }: Described): string {
  const head = comment(schema.description, '');
  if (schema.type === 'object') return `${head}export interface ${name} ${typeOf(schema, '')}\n\n`;
  const line = `export type ${name} = ${typeOf(schema, '')};`;
  if (line.length <= LINE_WIDTH || !schema.enum) return `${head}${line}\n\n`;
  const members = schema.enum.map((value) => `\n  | ${literal(value)}`).join('');
  return `${head}export type ${name} =${members};\n\n`;
}

function frameMap(name: string, description: string, frames: Described[]): string {
  const fields = frames.map((frame) => field(frame.name, frame.schema, true, '  ')).join('');
  return `${comment(description, '')}export interface ${name} {\n${fields}}\n\n`;
}

function field(name: string, schema: Schema, isRequired: boolean, indent: string): string {
  const type = typeOf(schema, indent);
  const optional = isRequired ? `: ${type}` : `?: ${type} | undefined`;
  return `${comment(schema.description, indent)}${indent}${name}${optional};\n`;
}

function comment(text: string | undefined, indent: string): string {
  return text === undefined ? '' : `${indent}/** ${text} */\n`;
}

function typeOf(schema: Schema, indent: string): string {
  if (schema.$ref) return schema.$ref.slice('#/$defs/'.length);
  if (schema.const !== undefined) return literal(schema.const);
  if (schema.enum) return schema.enum.map(literal).join(' | ');
  if (schema.anyOf) return schema.anyOf.map((one) => typeOf(one, indent)).join(' | ');
  if (schema.type === 'array') {
    const items = itemType(schema.items ?? {}, indent);
    const array = items.includes(' | ') ? `(${items})[]` : `${items}[]`;
    return schema.readOnly ? `readonly ${array}` : array;
  }
  if (schema.type === 'object') return objectType(schema, indent);
  // Such as ['number', 'null'].
  const types = [schema.type ?? 'unknown'].flat();
  return types.map((type) => (type === 'integer' ? 'number' : type)).join(' | ');
}

/** Objects that alternate with other types are written in one line, as the formatter leaves them. */
function itemType(schema: Schema, indent: string): string {
  const oneLine = (type: string) => type.replaceAll(/\s+/g, ' ').replaceAll('; }', ' }');
  return schema.anyOf
    ? schema.anyOf.map((one) => oneLine(typeOf(one, indent))).join(' | ')
    : typeOf(schema, indent);
}

const literal = (value: unknown) => `'${String(value)}'`;

function objectType({ properties, required = [], additionalProperties }: Schema, indent: string): string {
  if (!properties) return `Record<string, ${typeOf(Object(additionalProperties) as Schema, indent)}>`;
  const inner = `${indent}  `;
  const fields = Object.entries(properties).map(([name, schema]) =>
    field(name, schema, required.includes(name), inner),
  );
  return `{\n${fields.join('')}${indent}}`;
}
