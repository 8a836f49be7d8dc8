import type { IncomingMessage } from 'node:http';
import { type AllowedOrigin, parseAllowedOrigin } from '../config/allowed-origins.js';
import type { ProxyTrust } from '../config/proxy-trust.js';
import { ChatError } from '../protocol/errors.js';
import { isCrossOrigin } from './origin.js';

/**
 * Where a request comes from: `own`: a page of this server, or a program that is not a browser; `allowed`: a page of an
 * origin in ALLOWED_ORIGINS; `foreign`: a page of any other origin, or of an opaque one (`Origin: null`).
 */
export type OriginKind = 'own' | 'allowed' | 'foreign';

export interface OriginPolicyOptions {
  /** Entries of ALLOWED_ORIGINS. */
  allowedOrigins: readonly string[];
  /** The proxies whose X-Forwarded-Host is used. */
  trust: ProxyTrust;
}

/** Decides about the `Origin` of all requests and sockets. Cookies count for requests of the server's own origin only. */
export class OriginPolicy {
  readonly #allowed: readonly AllowedOrigin[];
  readonly #trust: ProxyTrust;

  constructor({ allowedOrigins, trust }: OriginPolicyOptions) {
    this.#allowed = allowedOrigins.flatMap((entry) => parseAllowedOrigin(entry) ?? []);
    this.#trust = trust;
  }

  kindOf(request: Pick<IncomingMessage, 'headers' | 'socket'>): OriginKind {
    const { origin } = request.headers;
    if (origin === undefined || !isCrossOrigin(origin, this.#hostOf(request))) return 'own';
    return this.#allowed.some((allowed) => allowed.matches(origin)) ? 'allowed' : 'foreign';
  }

  /** Host and port as the browser sees them. Only other processes of this server connect without an address. */
  #hostOf({
    headers,
    socket: { remoteAddress },
  }: Pick<IncomingMessage, 'headers' | 'socket'>): string | undefined {
    const isTrusted = remoteAddress === undefined || this.#trust(remoteAddress, 0);
    const forwarded = isTrusted ? headers['x-forwarded-host'] : undefined;
    return forwarded === undefined ? headers.host : String(forwarded).split(',', 1)[0]?.trim();
  }
}

export function badOrigin(message: string): ChatError {
  return new ChatError('bad-origin', message, { field: 'Origin' });
}
