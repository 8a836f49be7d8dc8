import { isIP } from 'node:net';
import type { Request, Response } from 'express';
import { bearerToken } from '../auth/credentials.js';
import type { Guests, Identity } from '../auth/guest.js';
import {
  clearedCookies,
  GUEST_SESSION_COOKIE,
  newSessionCookie,
  newSessionToken,
  sessionIdOf,
} from '../auth/login/session-cookie.js';
import { badOrigin, type OriginPolicy } from '../auth/origin-policy.js';
import {
  type AuthenticationResponseJSON,
  creationOptions,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  type RegistrationResponseJSON,
  type RelyingParty,
  requestOptions,
} from '../auth/secured/passkeys.js';
import type { NewRecoveryCode, SecuredGuests } from '../auth/secured/secured-guests.js';
import type { Session } from '../auth/session.js';
import type { ListedCredential } from '../database/tables/credential-table.js';
import { ChatError } from '../protocol/errors.js';
import { deviceName } from './device-name.js';
import type { Visitors } from './visitors.js';

export interface SecuredVisitorsDependencies {
  guests: Guests;
  origins: OriginPolicy;
  secured: SecuredGuests;
  visitors: Visitors;
}

/** A guest, and for clients without cookies the bearer token of the new session. */
export interface SecuredIdentity extends Identity {
  token?: string;
}

/**
 * Lets guests secure their name and get it back. All methods throw the errors of authentication, as Visitors
 * does, and those of SecuredGuests.
 */
export class SecuredVisitors {
  readonly #dependencies: SecuredVisitorsDependencies;

  constructor(dependencies: SecuredVisitorsDependencies) {
    this.#dependencies = dependencies;
  }

  /** The options with which a browser creates a passkey. The response keeps the challenge in a cookie. */
  async beginPasskey(req: Request, res: Response): Promise<PublicKeyCredentialCreationOptionsJSON> {
    const { secured, visitors } = this.#dependencies;
    const party = this.#partyOf(req);
    const user = await visitors.session(req, res);
    const existing = await secured.passkeys(user.id_user);
    const [begun, setCookie] = secured.challenges.begin(user.id_user, req.secure);
    res.append('Set-Cookie', setCookie);
    return creationOptions(user, begun, party, existing);
  }

  /** Secures the name by a passkey. */
  async addPasskey(
    req: Request,
    res: Response,
    response: RegistrationResponseJSON,
  ): Promise<SecuredIdentity> {
    const { secured, visitors } = this.#dependencies;
    const party = this.#partyOf(req);
    const user = await visitors.session(req, res);
    const begun = secured.challenges.find(user.id_user, req.headers.cookie, req.secure);
    res.append('Set-Cookie', secured.challenges.clear(req.secure));
    const device = deviceName(req.headers['user-agent']);
    await secured.addPasskey(user, response, begun, party, { address: req.ip, device });
    return this.#keep(req, res, user);
  }

  /** A recovery code, to be confirmed when the user has seen it. */
  async newRecoveryCode(req: Request, res: Response): Promise<NewRecoveryCode> {
    const { secured, visitors } = this.#dependencies;
    return secured.newRecoveryCode(await visitors.session(req, res));
  }

  /** Secures the name by a recovery code. */
  async confirmRecoveryCode(req: Request, res: Response, confirmation: string): Promise<SecuredIdentity> {
    const { secured, visitors } = this.#dependencies;
    const user = await visitors.session(req, res);
    await secured.confirmRecoveryCode(user, confirmation, req.ip);
    return this.#keep(req, res, user);
  }

  async credentials(req: Request, res: Response): Promise<ListedCredential[]> {
    const { secured, visitors } = this.#dependencies;
    return secured.credentials((await visitors.session(req, res)).id_user);
  }

  /** Removes a passkey or recovery code of the sender. */
  async removeCredential(req: Request, res: Response, id: string): Promise<void> {
    const { secured, visitors } = this.#dependencies;
    await secured.removeCredential(id, (await visitors.session(req, res)).id_user);
  }

  /** The options with which a browser uses a passkey. The response keeps the challenge in a cookie. */
  async beginRecovery(req: Request, res: Response): Promise<PublicKeyCredentialRequestOptionsJSON> {
    const party = this.#partyOf(req);
    const [begun, setCookie] = this.#dependencies.secured.challenges.begin(null, req.secure);
    res.append('Set-Cookie', setCookie);
    return requestOptions(begun, party);
  }

  /** Begins a session for the guest of a passkey. */
  async recoverByPasskey(
    req: Request,
    res: Response,
    response: AuthenticationResponseJSON,
  ): Promise<SecuredIdentity> {
    const { secured } = this.#dependencies;
    const begun = secured.challenges.find(null, req.headers.cookie, req.secure);
    res.append('Set-Cookie', secured.challenges.clear(req.secure));
    const user = await secured.recoverByPasskey(response, begun, this.#partyOf(req), req.ip);
    return this.#beginSession(req, res, user, false);
  }

  /** Begins a session for the guest of a recovery code. @param wantsToken the client keeps no cookies */
  async recoverByCode(
    req: Request,
    res: Response,
    { name, code, wantsToken = false }: { name: string; code: string; wantsToken?: boolean },
  ): Promise<SecuredIdentity> {
    const { origins, secured } = this.#dependencies;
    const user = await secured.recoverByCode(name, code, req.ip);
    return this.#beginSession(req, res, user, wantsToken || origins.kindOf(req) !== 'own');
  }

  /** Removes the cookies of a guest, who then becomes a new one. The session, if there is one, ends. */
  async forget(req: Request, res: Response): Promise<void> {
    const { guests, secured } = this.#dependencies;
    const id = sessionIdOf(req.headers.cookie, GUEST_SESSION_COOKIE);
    if (id) await secured.sessions.end(id);
    res.append('Set-Cookie', [guests.clear(req.secure), ...clearedSessions(req)]);
  }

  /** Replaces the signed cookie or token of a guest, which no longer counts, by a session. */
  async #keep(req: Request, res: Response, user: Session): Promise<SecuredIdentity> {
    const { id_user, name } = user;
    if (user.id_session !== undefined) return { id_user, name };
    return this.#beginSession(
      req,
      res,
      { id_user, name },
      bearerToken(req.headers.authorization) !== undefined,
    );
  }

  async #beginSession(
    req: Request,
    res: Response,
    user: Identity,
    isToken: boolean,
  ): Promise<SecuredIdentity> {
    const { guests, secured } = this.#dependencies;
    const device = deviceName(req.headers['user-agent']);
    if (isToken) {
      const { id, token } = newSessionToken();
      await secured.sessions.begin(id, user, device);
      return { ...user, token };
    }
    const { id, setCookie } = newSessionCookie(req.secure, GUEST_SESSION_COOKIE);
    await secured.sessions.begin(id, user, device);
    const previous = sessionIdOf(req.headers.cookie, GUEST_SESSION_COOKIE);
    if (previous) await secured.sessions.end(previous);
    res.append('Set-Cookie', [guests.clear(req.secure), setCookie]);
    return user;
  }

  /**
   * The host of the page, to which passkeys are bound. Browsers send its origin, which `OriginPolicy` has compared with the host of the request.
   * @throws ChatError `bad-origin`, `bad-request` for an address, which browsers accept no passkeys for
   */
  #partyOf(req: Request): RelyingParty {
    if (this.#dependencies.origins.kindOf(req) !== 'own')
      throw badOrigin('passkeys belong to the pages of this server');
    const origin = req.headers.origin ?? `${req.protocol}://${req.host}`;
    const host = new URL(origin).hostname;
    if (isIP(host.replace(/^\[|\]$/g, '')) === 0) return { host, origin };
    const reason = 'passkeys need a host name: open the chat under its name, or use a recovery code';
    throw new ChatError('bad-request', reason, { field: 'Host' });
  }
}

const clearedSessions = (req: Request) => clearedCookies(GUEST_SESSION_COOKIE, req.secure);
