import { createHmac } from 'node:crypto';
import { v5 as uuidv5 } from 'uuid';
import { MAX_TOKEN_LENGTH } from '../auth/credentials.js';
import { ChatError } from '../protocol/errors.js';
import { cleanBody, cleanName, cleanRoomIn } from '../protocol/message.js';

/** What a bot has to say, checked. */
export interface BotReply {
  room: string;
  token: string;
  body: string;
  /** By which a repetition is known: `id`, or AMQP's message-id. Null where there is neither. */
  id: string | null;
  name: string;
}

/** Bytes; the longest message fits, even with every character escaped, with a long token. */
export const MAX_ANSWER = 64 * 1024;
const MAX_ID = 255;
/** What a bot is called that does not say. */
const NAMELESS = 'bot';

/**
 * Reads an answer: JSON `{chatroom, token, message, id?, name?}`. Other fields are ignored.
 * @throws ChatError that says what is wrong
 */
export function readAnswer(content: Buffer, messageId: unknown): BotReply {
  const fields = parse(content);
  const { token, id = messageId ?? null, name } = fields;
  if (typeof token !== 'string' || token === '') throw badField('token', 'is missing');
  if (token.length > MAX_TOKEN_LENGTH)
    throw badField('token', `is longer than ${MAX_TOKEN_LENGTH} characters`, MAX_TOKEN_LENGTH);
  if (id !== null && (typeof id !== 'string' || id === '' || id.length > MAX_ID))
    throw badField('id', `must be a string of 1 to ${MAX_ID} characters`, MAX_ID);
  return {
    room: cleanRoomIn('chatroom', fields.chatroom),
    token,
    body: cleanBody(fields.message),
    id,
    name: cleanName(name ?? NAMELESS),
  };
}

/** What messages that answers become are called. */
export class AnswerIds {
  /** Of UUIDs (RFC 9562, 5.5); secret, so that nobody else can write a message by an answer's id before it comes. */
  readonly #namespace: Buffer;

  /** @param secret the same in all processes, as with CommandTokens */
  constructor(secret: string) {
    const hash = createHmac('sha256', secret).update('changeroom: ids of answers').digest();
    this.#namespace = hash.subarray(0, 16);
  }

  /** The same whenever the same answer comes, so that it is one message. */
  of(room: string, id: string): string {
    return uuidv5(JSON.stringify([room, id]), this.#namespace);
  }
}

function parse(content: Buffer): Record<string, unknown> {
  if (content.length > MAX_ANSWER)
    throw new ChatError('body-too-large', `an answer may have ${MAX_ANSWER} bytes`, { limit: MAX_ANSWER });
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(content));
  } catch {
    throw new ChatError('bad-json', 'the answer is not JSON in UTF-8');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new ChatError('bad-request', 'the answer must be a JSON object');
  return value as Record<string, unknown>;
}

function badField(field: string, fault: string, limit?: number): ChatError {
  return new ChatError('bad-request', `${field} ${fault}`, { field, limit });
}
