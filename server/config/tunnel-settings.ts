/** A setting that tunnel-and-serve.sh reads. The server ignores it. */
export interface TunnelSetting {
  /** Markdown, as in the settings of the server. */
  readonly description: string;
  readonly fallback?: string;
}

/** Each is accepted with the prefixes `COMPOSE_` and `COMPOSE_IO_` too. */
export const tunnelSettings = {
  SSH_HOST: { description: 'SSH host; without it and `SSH_KEY` there is no tunnel' },
  SSH_PORT: { description: 'Port of the SSH host', fallback: '22' },
  SSH_USER: { description: 'User name on the SSH host' },
  SSH_KEY: {
    description:
      'Private key of that user, without a passphrase: with all its lines, or one line with `\\n` between them',
  },
  SSH_KNOWN_HOSTS: {
    description:
      'Public key of the SSH host, as a line of `known_hosts`, which `ssh-keyscan -p PORT HOST` prints; compare it with the key that the owner of the host publishes. A host with another key is refused',
  },
  SSH_ACCEPT_ANY_HOST_KEY: {
    description:
      '`yes`: do not verify the key of the host. Anyone between the two machines can then read and change all data',
    fallback: 'no',
  },
  SSH_LOCAL_PORT: { description: 'Port of the tunnel on this machine', fallback: '28015' },
  RETHINKDB_INTERNAL_IPS: {
    description:
      'Addresses of the database as seen from the SSH host, with or without ports: `10.0.0.98,10.0.0.99`; by default the host of `RETHINKDB_URL`. Dynos are distributed over them',
  },
} as const satisfies Record<string, TunnelSetting>;

/** Of alternative names of these settings, from databases at Compose. */
export const TUNNEL_PREFIXES = ['COMPOSE_', 'COMPOSE_IO_'] as const;

/** A tunnel is opened by tunnel-and-serve.sh, which sets SSH_TUNNEL. */
export function tunnelWarnings(env: Readonly<Record<string, string | undefined>>): string[] {
  const isSet = (name: string) => ['', ...TUNNEL_PREFIXES].some((prefix) => env[prefix + name]);
  if (env.SSH_TUNNEL === 'open' || !(isSet('SSH_HOST') && isSet('SSH_KEY'))) return [];
  return ['SSH_HOST has no effect: start the server with bash tunnel-and-serve.sh instead'];
}
