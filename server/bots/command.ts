import { COMMAND, type Message } from '../protocol/message.js';

const BEGINNING = new RegExp(COMMAND);

/** What names of commands are like, in small letters. */
export const COMMAND_NAME = /^[a-z][a-z0-9_-]{0,31}$/;

/** The name of the command that a message is, in small letters; null where it is none. */
export function commandName({ body, kind }: Pick<Message, 'body' | 'kind'>): string | null {
  if (kind !== 'message') return null;
  return BEGINNING.exec(body)?.[1]?.toLowerCase() ?? null;
}

/** A command as bots get it: JSON in UTF-8. The first three fields are the original protocol's. */
export interface Command {
  chatroom: string;
  /** Lets whoever has it answer in this room for a while, as a bot; nothing else. See CommandTokens. */
  token: string;
  /** The whole message, with the slash. */
  message: string;
  /** The message's id. The same command may come twice, and has the same id then. */
  id: string;
  id_user: string | null;
  /** Of the user. */
  name: string;
}

export function toCommand({ id, room, body, author }: Message, token: string): Command {
  return { chatroom: room, token, message: body, id, id_user: author.id_user, name: author.name };
}
