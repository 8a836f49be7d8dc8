import { createHash } from 'node:crypto';
import type { Message } from '../../protocol/message.js';
import { contentsOf } from '../query/contents.js';
import type { Has } from '../query/search-query.js';
import { tokensOf } from '../query/tokens.js';

/** Facets of messages, as words of the index. Rooms and authors are numbered by the index. */
export const FACETS = {
  room: (no: number) => `r${no}`,
  author: (no: number) => `u${no}`,
  has: (contents: Has) => `h${contents}`,
} as const;

/** The columns of a message in the index, without rooms and authors. */
export interface IndexEntry {
  body: string;
  /** Single characters of pairs, which no term of `body` is. */
  chars: string;
  author: string;
  facets: string[];
}

export function entryOf(message: Message): IndexEntry {
  const tokens = tokensOf(message.body);
  return {
    body: tokens.map(({ term }) => term).join(' '),
    chars: [...new Set(tokens.flatMap(({ first }) => first?.term ?? []))].join(' '),
    author: tokensOf(message.author.name)
      .map(({ term }) => term)
      .join(' '),
    facets: [...contentsOf(message)].map(FACETS.has),
  };
}

/** 48 bits that differ, but for chance, when anything differs that the index has of two messages. */
export function digestOf(message: Message & { files?: unknown }): number {
  const { room, sent, body, author } = message;
  const text = JSON.stringify([room, sent, author.id_user, author.name, body, message.files]);
  return createHash('sha1').update(text).digest().readUIntBE(0, 6);
}
