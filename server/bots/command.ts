import { COMMAND, type Message, type MessageFile } from '../protocol/message.js';

const COMMAND_PREFIX = new RegExp(COMMAND);

/** The form of command names, in lower case. */
export const COMMAND_NAME = /^[a-z][a-z0-9_-]{0,31}$/;

/** The page shows `/me waves` as a sentence about its author: it is no command to a bot. */
const ACTION_NAME = 'me';

/** The name of the command in a message, in lower case; null for a message without a command. */
export function commandName({ body, kind }: Pick<Message, 'body' | 'kind'>): string | null {
  if (kind !== 'message') return null;
  const name = COMMAND_PREFIX.exec(body)?.[1]?.toLowerCase() ?? null;
  return name === ACTION_NAME ? null : name;
}

/** A command as bots receive it: JSON in UTF-8. The first three fields are those of the original protocol. */
export interface Command {
  chatroom: string;
  /** Authorises replies in this room as a bot, for `COMMAND_LIFETIME_MS`. See CommandTokens. */
  token: string;
  /** The whole message, with the slash. */
  message: string;
  /** The id of the message. A command that is delivered twice has the same id. */
  id: string;
  id_user: string | null;
  /** The name of the user. */
  name: string;
  /** Of the message, if it has any. */
  files?: MessageFile[];
}

export function toCommand({ id, room, body, author, files }: Message, token: string): Command {
  const { id_user, name } = author;
  return { chatroom: room, token, message: body, id, id_user, name, ...(files && { files }) };
}
