/** The Redis server that several processes share. */
export interface RedisAddress {
  /** `redis://user:password@host:6379/0`, or `rediss:` over TLS. */
  url: string;
  /** Prefix of all keys and channels. Deployments that share a Redis server need different ones. */
  keyPrefix: string;
  /** Absent: not encrypted. `ca`: PEM, replaces the system's authorities. `verify`: false accepts any certificate. */
  tls?: { ca?: string; verify: boolean } | undefined;
}
