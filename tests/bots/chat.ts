import type { AppOptions } from '../../server/app.js';
import { comparePositions, type Message } from '../../server/protocol/message.js';
import { jsonOf } from '../http/client.js';
import { startTestApp, type TestApp } from '../support/app.js';
import type { TestDatabase } from '../support/database.js';
import { SocketClient } from '../support/socket-client.js';
import { until } from '../support/until.js';

/** An app with queues of its own. */
export interface Chat extends TestApp {
  queues: { commands: string; replies: string; rejected: string };
  /** Settings for its bots. */
  env: Record<string, string>;
}

let chats = 0;

export async function startChat(
  brokerUrl: string,
  {
    env = {},
    ...rest
  }: { env?: Record<string, string>; database?: TestDatabase; overrides?: AppOptions } = {},
): Promise<Chat> {
  chats += 1;
  const names = { AMQP_COMMAND_QUEUE: `commands-${chats}`, AMQP_REPLY_QUEUE: `replies-${chats}` };
  const settings = { AMQP_URL: brokerUrl, LIMIT_MESSAGES: '0', ...names, ...env };
  const app = await startTestApp({ ...rest, env: settings });
  const { AMQP_COMMAND_QUEUE: commands, AMQP_REPLY_QUEUE: replies } = settings;
  const rejected = env.AMQP_REJECTED_QUEUE ?? `${replies}-rejected`;
  return { ...app, queues: { commands, replies, rejected }, env: settings };
}

export const stateOf = ({ app }: TestApp) => app.parts.bots!.status.state;

export const reached = (...chats: TestApp[]) =>
  until('the broker is reached', () => chats.every((chat) => stateOf(chat) === 'up'));

/** Opens a socket that has joined a room. */
export async function enter(
  { url }: TestApp,
  room: string,
  headers?: Record<string, string>,
): Promise<SocketClient> {
  const client = await SocketClient.open(url, headers);
  const response = await client.ask({ type: 'joinRoom', room });
  if (response.type !== 'roomSnapshot') throw new Error(JSON.stringify(response));
  return client;
}

/** Writes a message and resolves with its id when it is acknowledged. */
export async function say(client: SocketClient, room: string, body: string): Promise<string> {
  const ack = await client.ask<'ack'>({ type: 'createMessage', message: { room, body } });
  if (ack.type !== 'ack') throw new Error(JSON.stringify(ack));
  return ack.id!;
}

/** The messages of bots that a socket has received, in the order of a room. */
export const repliesTo = (client: SocketClient): Message[] =>
  client.frames
    .flatMap((frame) =>
      frame.type === 'deliverMessage' && frame.message.kind === 'bot' ? [frame.message] : [],
    )
    .sort(comparePositions);

/** The stored messages of a room. */
export async function storedIn({ url }: TestApp, room: string): Promise<Message[]> {
  const response = await fetch(`${url}/api/rooms/${encodeURIComponent(room)}/messages?limit=100`);
  return (await jsonOf(response)).messages;
}
