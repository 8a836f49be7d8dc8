import type { RenewedSession, SessionInfo } from '../../database/tables/session-table.js';
import { nameClaim, userNameClaim } from '../claims.js';
import type { Grant } from './grant.js';
import { Sealer } from './sealer.js';

/** Milliseconds after which a session that is not used ends, although it could be refreshed. */
const IDLE_MS = 30 * 24 * 60 * 60_000;

/** Encrypts the tokens of sessions for the database. The context is the id of the row. */
export class SessionSeals {
  readonly refreshTokens: Sealer;
  readonly idTokens: Sealer;
  readonly tokens: Sealer;

  constructor(secret: string) {
    this.refreshTokens = new Sealer(secret, 'refresh tokens of sessions');
    this.idTokens = new Sealer(secret, 'ID tokens of sessions');
    this.tokens = new Sealer(secret, 'tokens of sessions');
  }

  /** The fields of a session's row after the issuer has confirmed it. A refresh may return no ID token. */
  renewedSession(
    session: Pick<SessionInfo, 'id' | 'id_user' | 'name' | 'issued'>,
    { claims, issued, expires, refreshToken, idToken }: Grant,
    now: number,
  ): RenewedSession {
    const { id, id_user } = session;
    const isNamed = claims !== null && nameClaim(claims) !== null;
    return {
      name: isNamed ? userNameClaim(claims, id_user) : session.name,
      issued: isNamed ? issued : session.issued,
      expires,
      ends: refreshToken === null ? expires : Math.max(expires, now + IDLE_MS),
      refresh_token: refreshToken === null ? null : this.refreshTokens.seal(refreshToken, id),
      id_token: idToken === null ? null : this.idTokens.seal(idToken, id),
    };
  }
}
