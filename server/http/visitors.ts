import type { Request, Response } from 'express';
import type { Authenticator } from '../auth/authenticator.js';
import { bearerToken } from '../auth/credentials.js';
import type { Guests, Identity } from '../auth/guest.js';
import type { UserTable } from '../database/user-table.js';

export interface VisitorsParts {
  authenticator: Authenticator;
  guests: Guests;
  users: Pick<UserTable, 'live' | 'rename'>;
}

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
   */
  async rename(req: Request, res: Response, name: string): Promise<Identity> {
    const { guests, users } = this.parts;
    const { id_user } = (await this.identify(req)) ?? guests.newGuest();
    await users.rename(id_user, name);
    const identity = { id_user, name };
    return this.parts.authenticator.mode === 'guest' ? this.introduce(req, res, identity) : identity;
  }

  private async identify(req: Request): Promise<Identity | null> {
    const { authenticator, users } = this.parts;
    const credentials = {
      cookieHeader: req.headers.cookie,
      bearerToken: bearerToken(req.headers.authorization),
    };
    const session = await authenticator.authenticate(credentials);
    // The name that a user has chosen last goes before the one that a cookie or token was made with.
    return (
      session && { id_user: session.id_user, name: users.live.get(session.id_user)?.name ?? session.name }
    );
  }

  private introduce(req: Request, res: Response, identity: Identity): Identity {
    res.append('Set-Cookie', this.parts.guests.issue(identity, req.secure));
    return identity;
  }
}
