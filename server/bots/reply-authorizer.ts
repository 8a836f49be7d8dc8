import type { AccessControl } from '../access/access-control.js';
import type { Authenticator } from '../auth/authenticator.js';
import { badToken } from '../auth/credentials.js';
import { isSameSecret } from '../auth/secrets.js';
import type { NewMessage } from '../database/tables/message-inserts.js';
import type { Limits } from '../limits/limits.js';
import { ChatError } from '../protocol/errors.js';
import type { BotReply, ReplyIds } from './bot-reply.js';
import type { CommandRef, CommandTokens } from './command-tokens.js';

export interface ReplyAuthorizerDependencies {
  tokens: CommandTokens;
  ids: ReplyIds;
  /** `AMQP_BOT_SECRET`; null if it is not set. */
  secret: string | null;
  authenticator: Pick<Authenticator, 'authenticate'>;
  access: Pick<AccessControl, 'authorise' | 'requireWritable'>;
  limits: Pick<Limits, 'message' | 'reply'>;
}

/** The message that a reply becomes. */
export interface AuthorizedReply {
  message: NewMessage & { id: string };
  /** The source of the message's id. */
  idSource: 'id' | 'command' | 'content';
  /** The command that is replied to; null if the token is not that of a command. */
  command: CommandRef | null;
}

/** Decides by the token of a reply the room, the author and the limits of its message. */
export class ReplyAuthorizer {
  readonly #dependencies: ReplyAuthorizerDependencies;

  constructor(dependencies: ReplyAuthorizerDependencies) {
    this.#dependencies = dependencies;
  }

  /**
   * - The token of a command: a bot in the room of the command, also if the room is for members.
   * - The secret of bots: a bot in any room.
   * - The token of a user: this user, with the user's rights and limits.
   * @throws ChatError `bad-token`, `token-expired`, a refusal of access such as `not-a-member` or `archived`, `rate-limited`, `auth-unavailable`
   */
  async authorize(reply: BotReply): Promise<AuthorizedReply> {
    const { room, token, body, name } = reply;
    const { tokens, ids, secret, authenticator, access, limits } = this.#dependencies;
    const as = (author: NewMessage['author'], command: CommandRef | null = null): AuthorizedReply => {
      const idSource = reply.id !== null ? 'id' : command ? 'command' : 'content';
      const source = reply.id ?? command?.id ?? JSON.stringify([author.id_user, body]);
      return { message: { id: ids.of(room, source), room, body, author, kind: 'bot' }, idSource, command };
    };

    const command = tokens.verify(token);
    if (command) {
      if (command.room !== room) throw new ChatError('bad-token', 'the token is for another room');
      await access.requireWritable(room);
      return as({ id_user: null, name }, command);
    }
    if (secret && isSameSecret(token, secret)) {
      await access.requireWritable(room);
      return as({ id_user: null, name });
    }

    const session = await authenticator.authenticate({ bearerToken: token });
    if (!session) throw badToken();
    const { id_user } = session;
    await access.authorise(room, id_user, 'post');
    await limits.message(id_user);
    return as({ id_user, name: session.name });
  }
}
