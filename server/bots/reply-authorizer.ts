import type { AccessControl } from '../access/access-control.js';
import type { Authenticator } from '../auth/authenticator.js';
import { badToken } from '../auth/credentials.js';
import { isSameSecret } from '../auth/secrets.js';
import type { NewMessage } from '../database/tables/messages.js';
import type { Limits } from '../limits/limits.js';
import { ChatError } from '../protocol/errors.js';
import type { AnswerIds, BotReply } from './answer.js';
import type { CommandRef, CommandTokens } from './command-tokens.js';

export interface ReplyAuthorizerDependencies {
  tokens: CommandTokens;
  ids: AnswerIds;
  /** `AMQP_BOT_SECRET`; null: there is none. */
  secret: string | null;
  authenticator: Pick<Authenticator, 'authenticate'>;
  access: Pick<AccessControl, 'check'>;
  limits: Pick<Limits, 'message' | 'answer'>;
}

/** The message that an answer becomes, and what it takes its id from: by that a repetition is known. */
export interface AuthorizedReply {
  message: NewMessage & { id: string };
  idSource: 'id' | 'command' | 'content';
  /** The command that is answered; null where the token is not one of a command. */
  command: CommandRef | null;
}

/** Decides by its token what an answer may do, and in whose name. */
export class ReplyAuthorizer {
  readonly #parts: ReplyAuthorizerDependencies;

  constructor(parts: ReplyAuthorizerDependencies) {
    this.#parts = parts;
  }

  /**
   * - The token of a command: in that command's room, also where that is for members.
   * - The bots' own secret: in any room.
   * - A user's token: as this user, where and as often as the user may write.
   * @throws ChatError `bad-token`, `token-expired`, `not-a-member`, `rate-limited`, `auth-unavailable`
   */
  async authorize(answer: BotReply): Promise<AuthorizedReply> {
    const { room, token, body, name } = answer;
    const { tokens, ids, secret, authenticator, access, limits } = this.#parts;
    const as = (author: NewMessage['author'], command: CommandRef | null = null): AuthorizedReply => {
      const idSource = answer.id !== null ? 'id' : command ? 'command' : 'content';
      const source = answer.id ?? command?.id ?? JSON.stringify([author.id_user, body]);
      return { message: { id: ids.of(room, source), room, body, author, kind: 'bot' }, idSource, command };
    };

    const command = tokens.verify(token);
    if (command) {
      if (command.room !== room) throw new ChatError('bad-token', 'the token is for another room');
      return as({ id_user: null, name }, command);
    }
    if (secret && isSameSecret(token, secret)) return as({ id_user: null, name });

    const session = await authenticator.authenticate({ bearerToken: token });
    if (!session) throw badToken();
    const { id_user } = session;
    await access.check(room, id_user);
    await limits.message(id_user);
    return as({ id_user, name: session.name });
  }
}
