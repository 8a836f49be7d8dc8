import type { Request, Response } from 'express';
import type { Authenticator } from '../auth/authenticator.js';
import { bearerToken } from '../auth/credentials.js';
import { areNamesGiven, refuseGivenName } from '../auth/given-name.js';
import type { Guests, Identity } from '../auth/guest.js';
import type { UserTable } from '../database/user-table.js';
import { ChatError, ERRORS } from '../errors.js';
import { GUEST_HEADER } from './page/page-state.js';

export interface VisitorsParts {
  authenticator: Authenticator;
  guests: Guests;
  users: Pick<UserTable, 'live' | 'noteGiven' | 'present' | 'rename'>;
}

/** Milliseconds to wait for the users, while they are not known yet. */
const READY = 5_000;
/** Milliseconds for a new name to come back by the feed, so that the next page has it. */
const REFLECTED = 2_000;

/**
 * Who sends a request, in all modes of AUTH. All methods throw what authenticating throws: `login-required`,
 * `bad-token`, `token-expired`, `auth-away`.
 */
export class Visitors {
  constructor(private readonly parts: VisitorsParts) {}

  /** Whose rights count for a request that only reads: a user id, or nothing for a guest who has no cookie yet. */
  async reader(req: Request): Promise<string> {
    return (await this.identify(req))?.id_user ?? '';
  }

  /** Who sends this request. Whoever comes as a guest without a (valid) cookie gets one. */
  async visitor(req: Request, res: Response): Promise<Identity> {
    const { guests } = this.parts;
    return (await this.identify(req)) ?? this.introduce(req, res, guests.newGuest());
  }

  /**
   * Gives the sender another name: in the table, from where everybody learns it, and in a guest's cookie.
   * @param name cleaned
   * @throws ChatError `name-is-given`, `bad-name`
   */
  async rename(req: Request, res: Response, name: string): Promise<Identity> {
    const user = (await this.identify(req)) ?? this.parts.guests.newGuest();
    const identity = await this.renameUser(user, name);
    const isByCookie = this.parts.authenticator.mode === 'guest' && !this.byHeader(req);
    return isByCookie ? this.introduce(req, res, identity) : identity;
  }

  /**
   * Gives a user another name.
   * @param name cleaned
   * @returns the user under the name that is shown
   * @throws ChatError `name-is-given`, `bad-name`, `database-away`
   */
  async renameUser(user: Identity, name: string): Promise<Identity> {
    const { authenticator, users } = this.parts;
    refuseGivenName(authenticator);
    const renamed = await users.rename(user, name);
    await users.live.reflects(() => users.live.get(user.id_user)?.name === renamed.name, REFLECTED);
    return renamed;
  }

  /** Visitors have the names that the issuer of their tokens gives them, and cannot change them here. */
  get areNamesGiven(): boolean {
    return areNamesGiven(this.parts.authenticator);
  }

  /**
   * A user whom anybody may be, by an address; `signed` says so to sockets and to the API.
   * @throws ChatError `not-found` where visitors are no guests, `no-such-user`, `database-away`
   */
  async playground(id_user: unknown): Promise<Identity & { signed: string }> {
    const { authenticator, guests, users } = this.parts;
    if (authenticator.mode !== 'guest') throw new ChatError('not-found', ERRORS['not-found'].title);
    await users.live.ready(READY);
    const user = typeof id_user === 'string' ? users.live.get(id_user) : undefined;
    if (!user?.playground)
      throw new ChatError('no-such-user', 'nobody of this id is there to be tried out', { field: 'id_user' });
    const identity = { id_user: user.id_user, name: user.name };
    return { ...identity, signed: guests.sign(identity) };
  }

  private async identify(req: Request): Promise<Identity | null> {
    const { authenticator, users } = this.parts;
    const credentials = {
      cookieHeader: req.headers.cookie,
      bearerToken: bearerToken(req.headers.authorization),
    };
    const user = this.byHeader(req);
    if (user) return users.present(user, false);
    const session = await authenticator.authenticate(credentials);
    if (session === null) return null;
    if (session.issued !== undefined) users.noteGiven(session, session.issued);
    return users.present(session, this.areNamesGiven);
  }

  /** A page that is somebody by its address says so in a header, as the cookie of its browser is somebody else's. */
  private byHeader(req: Request): Identity | null {
    const { authenticator, guests } = this.parts;
    const signed = req.get(GUEST_HEADER);
    return signed && authenticator.mode === 'guest' ? guests.recognise(signed) : null;
  }

  private introduce(req: Request, res: Response, identity: Identity): Identity {
    res.append('Set-Cookie', this.parts.guests.issue(identity, req.secure));
    return identity;
  }
}
