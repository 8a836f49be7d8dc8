/** A Redis server that several processes share. */
export interface RedisAddress {
  /** `redis://user:password@host:6379/0`, or `rediss:` over TLS. */
  url: string;
  /** What all keys and channels begin with. Deployments that share a Redis need different ones. */
  key: string;
  /** Set when the line is encrypted. `ca`: PEM, instead of the system's authorities. `verify`: false believes any certificate. */
  tls?: { ca?: string; verify: boolean };
}
