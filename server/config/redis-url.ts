import { isIP } from 'node:net';
import type { ConnectionOptions } from 'node:tls';

/** The Redis server that several processes share. */
export interface RedisAddress {
  /** `redis://user:password@host:6379/0`, or `rediss:` over TLS. */
  url: string;
  /** Prefix of all keys and channels. Deployments that share a Redis server need different ones. */
  key: string;
  /** Absent: not encrypted. `ca`: PEM, replaces the system's authorities. `verify`: false accepts any certificate. */
  tls?: { ca?: string; verify: boolean } | undefined;
}

/** What ioredis needs to be told beside the address. */
export function tlsOptions({ url, tls }: RedisAddress): { tls?: ConnectionOptions } {
  if (!tls) return {};
  const host = new URL(url).hostname.replace(/^\[|\]$/g, '');
  // TLS does not allow addresses as names.
  const servername = isIP(host) ? undefined : host;
  return {
    tls: {
      ...(tls.ca !== undefined && { ca: tls.ca }),
      rejectUnauthorized: tls.verify,
      ...(servername !== undefined && { servername }),
    },
  };
}
