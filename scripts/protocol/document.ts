import type { Described, FrameSchemas, Schema } from './frame-schemas.js';

/** The text of docs/socket-protocol.md. */
export function protocolDocument(version: string, client: FrameSchemas, server: FrameSchemas): string {
  const definitions = new Map(
    [...client.definitions, ...server.definitions].map((definition) => [definition.name, definition]),
  );
  return [
    introduction(version),
    '## Frames from clients\n\n',
    ...client.frames.map((frame) => section(frame, frame.name)),
    '## Frames from the server\n\n',
    ...server.frames.map((frame) => section(frame, frame.name)),
    '## Objects\n\n',
    ...[...definitions.values()].map((definition) => section(definition)),
  ]
    .join('')
    .trimEnd()
    .concat('\n');
}

function introduction(version: string): string {
  return `# Socket protocol

Version ${version}. This page is generated from the schemas in \`server/protocol\` by \`npm run docs:protocol\`.
[packages/client](../packages/client/README.md) implements the protocol for browsers and Node.

**Connection.** The address is \`/primus\` on the port of the pages. Packets are those of
[engine.io, protocol 4](https://socket.io/docs/v4/engine-io-protocol/), over WebSocket or long-polling. The text of each
\`message\` packet is JSON: a frame, or a string of Primus (below). A plain WebSocket to
\`/primus/?EIO=4&transport=websocket\` sends and receives text such as \`4{"type":"joinRoom","room":"lobby"}\`, and answers
each packet \`2\` (ping) with \`3\` (pong).

**Primus.** About every 30 seconds the server sends the string \`"primus::ping::TIME"\`, and closes the socket unless the
client answers with \`"primus::pong::TIME"\`. \`"primus::server::close"\` announces that the server closes the socket for
good: the client should not reconnect.

**Authentication.** The server sends \`welcome\` when the user is known: at once for guests, and for tokens in the
header \`Authorization: Bearer …\`, in the parameter \`token\` of the address, or in a cookie, in this order; otherwise after
\`authenticate\`. Without it the server sends \`error\` with the code \`login-required\`, and closes the socket after 30
seconds. Browsers let pages set the address only; a token in an address may appear in the logs of proxies.

**Guests.** On servers with \`AUTH=guest\`, a socket with neither a token nor a cookie is a new guest, and \`welcome\` contains
the \`token\` of that guest. Send it with the address of the next sockets, and as a bearer token with requests, to remain the
same guest. A socket with an invalid token gets \`error\` with the code \`bad-token\`.

**Other origins.** Pages of the origins in \`ALLOWED_ORIGINS\` may open sockets; their cookies do not count. A handshake of any
other page is answered with 403 (\`bad-origin\`).

**Version.** \`welcome\` contains \`protocol\`, \`major.minor\`. A new major version breaks existing clients; a client should
stop with an error if the major version is higher than its own. A new minor version adds frames or fields; clients ignore
unknown ones.

**Answers.** A frame with a \`ref\` is answered by exactly one frame with the same \`ref\`: \`ack\`, \`roomSnapshot\`,
\`history\` or \`error\`. A message reaches the room by its changefeed, as a \`deliverMessage\` to all sockets in the room,
before or after the \`ack\` of its author. Ids make retries safe: a message that is sent twice with one \`id\` is stored once.

**Order.** Sort messages by \`(sent, id)\`. Deliveries are upserts by \`id\` and may come out of order.

**Loss.** After a reconnect, join again: \`roomSnapshot\` replaces the newest part of the window, and everything before its
first message has to be loaded again. \`roomResync\` says the same while a socket stays open.

`;
}

/** @param type of a frame; absent for objects, whose fields are all listed */
function section({ name, schema }: Described, type?: string): string {
  const { description, properties = {}, required = [] } = schema;
  const rows = Object.entries(properties)
    .filter(([field]) => type === undefined || field !== 'type')
    .flatMap(([field, one]) => fieldRows(field, one, required.includes(field)));
  const values = schema.enum && `${schema.enum.map((value) => `\`${String(value)}\``).join(', ')}\n\n`;
  const table =
    rows.length === 0 ? (values ?? '') : `| Field | Type | |\n| --- | --- | --- |\n${rows.join('')}\n`;
  return `### ${type === undefined ? name : `\`${type}\``}\n\n${description ? `${description}\n\n` : ''}${table}`;
}

function fieldRows(name: string, schema: Schema, isRequired: boolean): string[] {
  const notes = [isRequired ? '' : 'Optional.', schema.description ?? '', limits(schema)];
  const row = `| \`${name}\` | ${typeName(schema)} | ${notes.filter(Boolean).join(' ').trim()} |\n`;
  const { properties, required = [] } = schema;
  if (!properties) return [row];
  const inner = Object.entries(properties).flatMap(([field, one]) =>
    fieldRows(`${name}.${field}`, one, required.includes(field)),
  );
  return [row, ...inner];
}

function limits(schema: Schema): string {
  const { maxLength, minimum, maximum, maxItems } = schema;
  const isIndex =
    minimum !== undefined && maximum !== undefined && Math.abs(minimum) < Number.MAX_SAFE_INTEGER;
  return [
    maxLength === undefined ? '' : `At most ${maxLength} characters.`,
    isIndex ? `${minimum} to ${maximum}.` : '',
    maxItems === undefined ? '' : `At most ${maxItems}.`,
    schema.default === undefined ? '' : `Default: ${String(schema.default)}.`,
  ]
    .filter(Boolean)
    .join(' ');
}

function typeName(schema: Schema): string {
  if (schema.$ref) {
    const name = schema.$ref.slice('#/$defs/'.length);
    return `[${name}](#${name.toLowerCase()})`;
  }
  if (schema.enum) return schema.enum.map((value) => `\`${String(value)}\``).join(', ');
  if (schema.const !== undefined) return `\`${String(schema.const)}\``;
  if (schema.anyOf) return schema.anyOf.map(typeName).join(' or ');
  if (schema.type === 'array') return `array of ${typeName(schema.items ?? {})}`;
  if (schema.type === 'object' && !schema.properties) return 'object';
  return [schema.type ?? 'any'].flat().join(' or ');
}
