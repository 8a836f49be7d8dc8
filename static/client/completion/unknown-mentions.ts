import { requestApi, type User } from 'changeroom-client';
import { mentionedUsers, withMentionNames } from '../../../server/protocol/mentions.js';
import type { MentionText } from './mention-text.js';

/** Replaces the ids of users outside of the room, which a draft may mention, by their names. */
export async function nameUnknownMentions(
  field: { value: string },
  mentions: MentionText,
  token: string | null,
): Promise<void> {
  const ids = mentionedUsers(field.value);
  if (ids.length === 0) return;
  const url = `/api/users?${ids.map((id) => `id=${encodeURIComponent(id)}`).join('&')}`;
  // Without an answer the text keeps the ids, which are valid mentions.
  const found = await requestApi<User[]>({ method: 'GET', url, token }).catch(() => null);
  const names = new Map(found?.answer.map((user) => [user.id_user, user.name]));
  const text = withMentionNames(field.value, (id_user) => names.get(id_user));
  if (text === field.value) return;
  for (const [id_user, name] of names) mentions.choose({ id_user, name });
  field.value = text;
}
