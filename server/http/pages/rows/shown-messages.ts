import type { Quotes } from '../../../protocol/entities.js';
import { mentionedUsers } from '../../../protocol/mentions.js';
import type { Author, Message } from '../../../protocol/message.js';
import type { MentionNames, ShownMessage } from './shown-message.js';

/** The messages with current names, and with the messages to which they reply. */
export function shownMessages(
  messages: readonly Message[],
  names: Readonly<Record<string, string>>,
  quoted: Quotes,
): ShownMessage[] {
  const byId = new Map(messages.map((message) => [message.id, message]));
  // Guests who have not chosen a name are known by their messages only.
  const written = messages.flatMap(({ author: { id_user, name } }) =>
    id_user === null ? [] : [[id_user, name]],
  );
  const known: Record<string, string> = { ...Object.fromEntries(written), ...names };
  return messages.map((message) => {
    const { reply_to } = message;
    const shown: ShownMessage = withNames(message, known);
    if (reply_to === undefined) return shown;
    const quote = byId.get(reply_to) ?? quoted[reply_to];
    return quote === undefined ? shown : { ...shown, quoted: quote && withNames(quote, known) };
  });
}

function withNames<T extends { author: Author; body: string }>(
  text: T,
  names: Readonly<Record<string, string>>,
): T & { mentioned?: MentionNames } {
  const { author, body } = text;
  const name = author.id_user !== null && Object.hasOwn(names, author.id_user) && names[author.id_user];
  const named = name ? { ...text, author: { ...author, name } } : text;
  const ids = mentionedUsers(body).filter((id_user) => Object.hasOwn(names, id_user));
  if (ids.length === 0) return named;
  return { ...named, mentioned: Object.fromEntries(ids.map((id_user) => [id_user, names[id_user] ?? ''])) };
}
