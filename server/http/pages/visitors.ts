import type { Request, Response } from 'express';
import type { Authenticator } from '../../auth/authenticator.js';
import { bearerToken, type Credentials } from '../../auth/credentials.js';
import { areNamesGiven, refuseGivenName } from '../../auth/given-name.js';
import type { Guests, Identity } from '../../auth/guest.js';
import type { Session } from '../../auth/session.js';
import { monitorSession } from '../../auth/session-monitor.js';
import type { UserTable } from '../../database/tables/user-table.js';
import type { Limits } from '../../limits/limits.js';
import { ChatError, ERRORS } from '../../protocol/errors.js';
import { GUEST_HEADER } from './page-state.js';

export interface VisitorsDependencies {
  authenticator: Authenticator;
  guests: Guests;
  limits: Pick<Limits, 'heavyWrites' | 'rename'>;
  users: Pick<UserTable, 'get' | 'noteGiven' | 'present' | 'rename'>;
}

/**
 * Who sends a request, in all modes of AUTH. All methods throw what authenticating throws: `login-required`,
 * `bad-token`, `token-expired`, `auth-unavailable`.
 */
export class Visitors {
  readonly #parts: VisitorsDependencies;

  constructor(parts: VisitorsDependencies) {
    this.#parts = parts;
  }

  /** Whose rights count for a request that only reads: a user id, or nothing for a guest who has no cookie yet. */
  async reader(req: Request): Promise<string> {
    return (await this.#identify(req))?.id_user ?? '';
  }

  /**
   * As `reader`, for an answer that goes on for long: calls back once when the login that the request came with ends.
   * `stop` ends the watch.
   */
  async lastingReader(
    req: Request,
    onEnd: (error: ChatError) => void,
  ): Promise<{ id_user: string; stop: () => void }> {
    const { authenticator } = this.#parts;
    const session = await this.#authenticate(req);
    if (!session) return { id_user: '', stop: () => {} };
    const stop = monitorSession({ authenticator, credentials: credentialsOf(req), session, onEnd });
    return { id_user: session.id_user, stop };
  }

  /** Who sends this request. Whoever comes as a guest without a (valid) cookie gets one. */
  async visitor(req: Request, res: Response): Promise<Identity> {
    const { guests } = this.#parts;
    return (await this.#identify(req)) ?? this.#introduce(req, res, guests.newGuest());
  }

  /**
   * Gives the sender another name: in the table, from where everybody learns it, and in a guest's cookie.
   * @param name cleaned
   * @throws ChatError `name-is-given`, `bad-name`, `rate-limited`, `database-unavailable`
   */
  async rename(req: Request, res: Response, name: string): Promise<Identity> {
    const user = (await this.#identify(req)) ?? this.#parts.guests.newGuest();
    const identity = await this.renameUser(user, name, req.ip);
    const isByCookie = this.#parts.authenticator.mode === 'guest' && !this.#byHeader(req);
    return isByCookie ? this.#introduce(req, res, identity) : identity;
  }

  /**
   * Gives a user another name.
   * @param name cleaned
   * @param address of the client, for limits
   * @returns the user under the name that is shown
   * @throws ChatError `name-is-given`, `bad-name`, `rate-limited`, `database-unavailable`
   */
  async renameUser(user: Identity, name: string, address: string | undefined): Promise<Identity> {
    const { authenticator, limits, users } = this.#parts;
    refuseGivenName(authenticator);
    await limits.rename(user.id_user, address);
    return limits.heavyWrites.run(address, () => users.rename(user, name));
  }

  /** Visitors have the names that the issuer of their tokens gives them, and cannot change them here. */
  get areNamesGiven(): boolean {
    return areNamesGiven(this.#parts.authenticator);
  }

  /**
   * A user whom anybody may be, by an address; `signed` says so to sockets and to the API.
   * @throws ChatError `not-found` where visitors are no guests, `no-such-user`, `database-unavailable`
   */
  async playground(id_user: unknown): Promise<Identity & { signed: string }> {
    const { authenticator, guests, users } = this.#parts;
    if (authenticator.mode !== 'guest') throw new ChatError('not-found', ERRORS['not-found'].title);
    const user = typeof id_user === 'string' ? await users.get(id_user) : undefined;
    if (!user?.playground)
      throw new ChatError('no-such-user', 'nobody of this id is there to be tried out', { field: 'id_user' });
    const identity = { id_user: user.id_user, name: user.name };
    return { ...identity, signed: guests.sign(identity) };
  }

  async #identify(req: Request): Promise<Identity | null> {
    const { users } = this.#parts;
    const user = this.#byHeader(req);
    if (user) return users.present(user, false);
    const session = await this.#authenticate(req);
    if (session === null) return null;
    if (session.issued !== undefined) users.noteGiven(session, session.issued);
    return users.present(session, this.areNamesGiven);
  }

  async #authenticate(req: Request): Promise<Session | null> {
    const byHeader = this.#byHeader(req);
    if (byHeader) return { ...byHeader, expires: null };
    return this.#parts.authenticator.authenticate(credentialsOf(req));
  }

  /** A page that is somebody by its address says so in a header, as the cookie of its browser is somebody else's. */
  #byHeader(req: Request): Identity | null {
    const { authenticator, guests } = this.#parts;
    const signed = req.get(GUEST_HEADER);
    return signed && authenticator.mode === 'guest' ? guests.verify(signed) : null;
  }

  #introduce(req: Request, res: Response, identity: Identity): Identity {
    res.append('Set-Cookie', this.#parts.guests.issue(identity, req.secure));
    return identity;
  }
}

function credentialsOf({ headers, ip: address }: Request): Credentials {
  return { cookieHeader: headers.cookie, bearerToken: bearerToken(headers.authorization), address };
}
