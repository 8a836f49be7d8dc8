import { ChatError } from './errors.js';

/** Users that one message can mention. Further mentions in a row of another program notify no user. */
export const MAX_MENTIONS = 20;

/** The rest of a mention `<@id_user>` after `<@`. JavaScript and RE2, which the database uses, agree on it. */
export const MENTION_END = '([^<>\\x00-\\x20\\x7f]{1,127})>';

const MENTION = new RegExp(`<@${MENTION_END}`, 'gu');

/** A part of a body: its text, or the mention of a user. */
export type MentionPart = { text: string; id_user?: undefined } | { text: string; id_user: string };

/** Ids of the users that a body mentions, each once, at most `MAX_MENTIONS`. */
export function mentionedUsers(body: string): string[] {
  if (!body.includes('<@')) return [];
  const ids = new Set<string>();
  for (const { id_user } of mentionParts(body)) {
    if (id_user !== undefined) ids.add(id_user);
    if (ids.size === MAX_MENTIONS) break;
  }
  return [...ids];
}

/** Splits a body at its mentions. The joined texts are the body. */
export function mentionParts(body: string): MentionPart[] {
  const parts: MentionPart[] = [];
  let end = 0;
  for (const { 0: text, 1: id_user = '', index } of body.matchAll(MENTION)) {
    if (index > end) parts.push({ text: body.slice(end, index) });
    parts.push({ text, id_user });
    end = index + text.length;
  }
  if (end < body.length) parts.push({ text: body.slice(end) });
  return parts;
}

/** The body with `@Name` in the place of each mention of a user whose name is known. */
export function withMentionNames(body: string, nameOf: (id_user: string) => string | undefined): string {
  if (!body.includes('<@')) return body;
  return mentionParts(body)
    .map(({ text, id_user }) => {
      const name = id_user === undefined ? undefined : nameOf(id_user);
      return name === undefined ? text : `@${name}`;
    })
    .join('');
}

/** @throws ChatError `too-many-mentions` for a body that mentions too many users */
export function checkMentions(body: string): void {
  if (!body.includes('<@')) return;
  const ids = new Set(mentionParts(body).flatMap(({ id_user }) => id_user ?? []));
  if (ids.size <= MAX_MENTIONS) return;
  throw new ChatError('too-many-mentions', `body mentions more than ${MAX_MENTIONS} users`, {
    field: 'body',
    limit: MAX_MENTIONS,
  });
}
