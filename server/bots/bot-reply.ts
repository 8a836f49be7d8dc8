import { createHmac } from 'node:crypto';
import { v5 as uuidv5 } from 'uuid';
import { MAX_TOKEN_LENGTH } from '../auth/credentials.js';
import { ChatError } from '../protocol/errors.js';
import { cleanBody, cleanName, cleanRoomIn } from '../protocol/message.js';

/** A reply of a bot, validated. */
export interface BotReply {
  room: string;
  token: string;
  body: string;
  /** The field `id` or the AMQP message-id: replies with the same id are one message. Null without either. */
  id: string | null;
  name: string;
}

/** Fits the longest message with every character escaped, and a long token. */
export const MAX_REPLY_BYTES = 64 * 1024;
const MAX_ID_CHARACTERS = 255;
const DEFAULT_NAME = 'bot';

/**
 * Parses a reply: JSON `{chatroom, token, message, id?, name?}`. Other fields are ignored.
 * @throws ChatError `body-too-large`, `bad-json`, `bad-request`, or a code of the message's fields
 */
export function parseReply(content: Buffer, messageId: unknown): BotReply {
  const fields = parseObject(content);
  const { token, id = messageId ?? null, name } = fields;
  if (typeof token !== 'string' || token === '') throw badField('token', 'is missing');
  if (token.length > MAX_TOKEN_LENGTH)
    throw badField('token', `is longer than ${MAX_TOKEN_LENGTH} characters`, MAX_TOKEN_LENGTH);
  if (id !== null && (typeof id !== 'string' || id === '' || id.length > MAX_ID_CHARACTERS))
    throw badField('id', `must be a string of 1 to ${MAX_ID_CHARACTERS} characters`, MAX_ID_CHARACTERS);
  return {
    room: cleanRoomIn('chatroom', fields.chatroom),
    token,
    body: cleanBody(fields.message),
    id,
    name: cleanName(name ?? DEFAULT_NAME),
  };
}

/** Derives the ids of messages from replies: the same reply always becomes the same message. */
export class ReplyIds {
  /** Of UUIDs version 5 (RFC 9562). Secret, so that no other client can write a message with the id of an expected reply. */
  readonly #namespace: Buffer;

  /** @param secret the same in all processes, as for CommandTokens */
  constructor(secret: string) {
    const hash = createHmac('sha256', secret).update('changeroom: ids of answers').digest();
    this.#namespace = hash.subarray(0, 16);
  }

  of(room: string, id: string): string {
    return uuidv5(JSON.stringify([room, id]), this.#namespace);
  }
}

function parseObject(content: Buffer): Record<string, unknown> {
  if (content.length > MAX_REPLY_BYTES)
    throw new ChatError('body-too-large', `a reply may have ${MAX_REPLY_BYTES} bytes`, {
      limit: MAX_REPLY_BYTES,
    });
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(content));
  } catch {
    throw new ChatError('bad-json', 'the reply is not JSON in UTF-8');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new ChatError('bad-request', 'the reply must be a JSON object');
  return value as Record<string, unknown>;
}

function badField(field: string, fault: string, limit?: number): ChatError {
  return new ChatError('bad-request', `${field} ${fault}`, { field, limit });
}
