import type { Request, Response } from 'express';
import type { Authenticator } from '../auth/authenticator.js';
import { bearerToken, type Credentials } from '../auth/credentials.js';
import { areNamesGiven, isNameGiven, refuseGivenName } from '../auth/given-name.js';
import type { Guests, Identity } from '../auth/guest.js';
import type { OriginPolicy } from '../auth/origin-policy.js';
import type { Playground } from '../auth/playground.js';
import type { Session } from '../auth/session.js';
import { monitorSession } from '../auth/session-monitor.js';
import type { SettingsTable } from '../database/tables/settings-table.js';
import type { UserTable } from '../database/tables/user-table.js';
import type { Limits } from '../limits/limits.js';
import { ChatError } from '../protocol/errors.js';
import type { SettingsChanges, UserSettings } from '../protocol/user-settings.js';

export interface VisitorsDependencies {
  authenticator: Authenticator;
  guests: Guests;
  limits: Pick<Limits, 'changeSettings' | 'heavyWrites' | 'rename'>;
  origins: OriginPolicy;
  playground: Playground;
  settings: Pick<SettingsTable, 'get' | 'change'>;
  users: Pick<UserTable, 'get' | 'noteGiven' | 'present' | 'rename'>;
}

/**
 * Authenticates the senders of requests, in all modes of AUTH. All methods throw the errors of authentication:
 * `login-required`, `bad-token`, `token-expired`, `session-ended`, `auth-unavailable`.
 */
export class Visitors {
  readonly #dependencies: VisitorsDependencies;

  readonly #sessions = new WeakMap<Request, Promise<Session>>();

  constructor(dependencies: VisitorsDependencies) {
    this.#dependencies = dependencies;
  }

  /** The user whose rights apply to a request that only reads: a user id, or an empty text for a guest without a cookie. */
  async reader(req: Request): Promise<string> {
    return (await this.#identify(req))?.id_user ?? '';
  }

  /**
   * Like `reader`, for long responses: calls `onEnd` once when the session of the request ends. `stop` ends the
   * monitoring.
   */
  async lastingReader(
    req: Request,
    onEnd: (error: ChatError) => void,
  ): Promise<{ id_user: string; stop: () => void }> {
    const { authenticator } = this.#dependencies;
    const session = await authenticator.authenticate(credentialsOf(req));
    if (!session) return { id_user: '', stop: () => {} };
    const stop = monitorSession({ authenticator, credentials: credentialsOf(req), session, onEnd });
    return { id_user: session.id_user, stop };
  }

  /** The sender of a request. A guest without a valid cookie receives one, and one whose cookie is old a new one. */
  async visitor(req: Request, res: Response): Promise<Identity> {
    const { id_user, name } = await this.session(req, res);
    return { id_user, name };
  }

  /** The session of the sender of a request, as `visitor`; the same for repeated calls, so that a request has one new guest. */
  session(req: Request, res: Response): Promise<Session> {
    const session = this.#sessions.get(req) ?? this.#begin(req, res);
    this.#sessions.set(req, session);
    return session;
  }

  async #begin(req: Request, res: Response): Promise<Session> {
    const session = await this.#identify(req);
    if (!session) return { ...this.#introduce(req, res, this.#newGuest(req)), expires: null };
    const { cookieHeader, bearerToken } = credentialsOf(req);
    const renewed =
      bearerToken === undefined
        ? this.#dependencies.authenticator.renewedCookie(cookieHeader, session, req.secure)
        : null;
    if (renewed !== null) res.append('Set-Cookie', renewed);
    return session;
  }

  /** The sender of a request, and the session on the page that authenticates it; null for other credentials. */
  async visitorOfSession(req: Request, res: Response): Promise<Identity & { id_session: string | null }> {
    const identity = await this.visitor(req, res);
    const session = await this.#dependencies.authenticator.authenticate(credentialsOf(req));
    return { ...identity, id_session: session?.id_session ?? null };
  }

  /** Counts a change of the settings of a user. @throws ChatError `rate-limited` */
  async countSettings(id_user: string, address: string | undefined): Promise<void> {
    await this.#dependencies.limits.changeSettings(id_user, address);
  }

  /**
   * Creates a guest for a client that keeps no cookie.
   * @param name validated; by default one such as `Guest 1234`
   * @param address of the client, for limits
   * @returns the guest, and the token that authenticates it
   * @throws ChatError `login-required` where visitors are not guests; with a name, as `renameUser`
   */
  async createGuest(
    name: string | undefined,
    address: string | undefined,
  ): Promise<Identity & { token: string }> {
    const { authenticator, guests } = this.#dependencies;
    if (authenticator.mode !== 'guest')
      throw new ChatError('login-required', 'this server has no guests: authenticate with a token');
    const guest = guests.newGuest();
    const identity = name === undefined ? guest : await this.renameUser(guest, name, address);
    return { ...identity, token: guests.sign(identity) };
  }

  /**
   * Changes the sender's name in the table of users and in a guest's cookie.
   * @param name validated
   * @throws ChatError `name-is-given`, `bad-name`, `name-taken`, `rate-limited`, `database-unavailable`
   */
  async rename(req: Request, res: Response, name: string): Promise<Identity> {
    const session = await this.#identify(req);
    const identity = await this.renameUser(session ?? this.#newGuest(req), name, req.ip);
    const isSigned = session?.id_session === undefined && credentialsOf(req).bearerToken === undefined;
    return isSigned ? this.#introduce(req, res, identity) : identity;
  }

  /**
   * Changes the name of a user.
   * @param name validated
   * @param address of the client, for limits
   * @returns the user with the name that is shown, which can have a mark
   * @throws ChatError `name-is-given`, `bad-name`, `name-taken`, `rate-limited`, `database-unavailable`
   */
  async renameUser(user: Identity, name: string, address: string | undefined): Promise<Identity> {
    const { authenticator, limits, users } = this.#dependencies;
    refuseGivenName(authenticator);
    await limits.rename(user.id_user, address);
    return limits.heavyWrites.run(address, () => users.rename(user, name));
  }

  /** The settings of a user. The defaults while they cannot be read. */
  settings(id_user: string): Promise<UserSettings> {
    return this.#dependencies.settings.get(id_user);
  }

  /**
   * Changes settings of a user.
   * @param changes validated
   * @param address of the client, for limits
   * @returns all settings of the user
   * @throws ChatError `rate-limited`, `database-unavailable`, `storage-full`
   */
  async changeSettings(
    id_user: string,
    changes: SettingsChanges,
    address: string | undefined,
  ): Promise<UserSettings> {
    const { limits, settings } = this.#dependencies;
    await limits.changeSettings(id_user, address);
    return limits.heavyWrites.run(address, () => settings.change(id_user, changes));
  }

  /** The accounts of visitors determine their names, which cannot be changed here. */
  get areNamesGiven(): boolean {
    return areNamesGiven(this.#dependencies.authenticator);
  }

  /**
   * A playground user, selected by an address; `signed` is its bearer token.
   * @throws ChatError `playground-off`, `no-such-user`, `database-unavailable`
   */
  async playground(id_user: unknown): Promise<Identity & { signed: string }> {
    const { guests, playground } = this.#dependencies;
    const identity = await playground.user(id_user);
    return { ...identity, signed: guests.sign(identity) };
  }

  async #identify(req: Request): Promise<Session | null> {
    const { authenticator, users } = this.#dependencies;
    const session = await authenticator.authenticate(credentialsOf(req));
    if (session === null) return null;
    if (session.issued !== undefined) users.noteGiven(session, session.issued);
    const shown = await users.present(session, isNameGiven(this.#dependencies.authenticator, session));
    return { ...session, ...shown };
  }

  /** @throws ChatError `login-required` for pages of other origins, which receive no cookie and could not be recognised */
  #newGuest(req: Request): Identity {
    const { guests, origins } = this.#dependencies;
    if (origins.kindOf(req) === 'own') return guests.newGuest();
    throw new ChatError('login-required', 'create a guest with POST /api/guests, and send its token');
  }

  #introduce(req: Request, res: Response, identity: Identity): Identity {
    res.append('Set-Cookie', this.#dependencies.guests.issue(identity, req.secure));
    return identity;
  }
}

function credentialsOf({ headers, ip: address }: Request): Credentials {
  return { cookieHeader: headers.cookie, bearerToken: bearerToken(headers.authorization), address };
}
