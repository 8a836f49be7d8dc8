import path from 'node:path';
import { z } from 'zod';

/**
 * The only reader of the environment. Every setting stands here once, with its default and its meaning;
 * docs/configuration.md lists the same and a test holds the two together.
 */

const wholeNumber = (name: string, min: number, max: number, fallback: number) =>
  z
    .string()
    .regex(/^\d+$/, `${name} must be a whole number`)
    .transform(Number)
    .refine((n) => n >= min && n <= max, `${name} must be from ${min} to ${max}`)
    .default(fallback);

const port = (name: string, fallback: number) => wholeNumber(name, 0, 65535, fallback);

const address = (name: string, protocols: string[]) =>
  z.string().refine(
    (text) => {
      try {
        return protocols.includes(new URL(text).protocol);
      } catch {
        return false;
      }
    },
    `${name} must be an address that begins with ${protocols.map((p) => `${p}//`).join(' or ')}`,
  );

const LOG_LEVELS = ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const;

export const settings = {
  PORT: port('PORT', 5000).describe('Port of the web server; 0 takes any free one'),
  INTERFACE: z.string().default('0.0.0.0').describe('Address to listen on'),
  LOG: z
    .enum(LOG_LEVELS, `LOG must be one of ${LOG_LEVELS.join(', ')}`)
    .default('info')
    .describe('Least level of what is logged'),
  DATA_DIR: z
    .string()
    .min(1, 'DATA_DIR must not be empty')
    .default('./data')
    .describe('Folder of the embedded database and of keys made at the first start'),
  RETHINKDB_URL: address('RETHINKDB_URL', ['rethinkdb:', 'rethinkdbs:'])
    .optional()
    .describe(
      'A RethinkDB server, rethinkdb://user:password@host:28015/database; rethinkdbs: over TLS. Without it the embedded database is started',
    ),
  RETHINKDB_CA: z
    .string()
    .optional()
    .describe('Certificate (PEM text) that signs the database server’s, for rethinkdbs:'),
  EMBEDDED_PORT: port('EMBEDDED_PORT', 28015).describe(
    'Port of the embedded database, on 127.0.0.1; 0 takes any free one',
  ),
  EMBEDDED_PASSWORD: z.string().default('').describe('Password of the embedded database’s user admin'),
  SESSION_SECRET: z
    .string()
    .min(16, 'SESSION_SECRET must have at least 16 characters')
    .optional()
    .describe('Key that signs cookies; without it one is made and kept in DATA_DIR'),
  TRUST_PROXY: z
    .string()
    .default('loopback')
    .describe(
      'Whose X-Forwarded-* headers are believed: addresses, names of ranges, or a number of hops (Express’ "trust proxy")',
    ),
  SHUTDOWN_SECONDS: wholeNumber('SHUTDOWN_SECONDS', 1, 600, 25).describe('Longest time a stop may take'),
} as const;

export interface DatabaseAddress {
  host: string;
  port: number;
  db: string;
  user: string;
  password: string;
  /** Set when the link is encrypted; `ca` is empty to trust the system's authorities. */
  tls: { ca?: string } | null;
}

export interface Config {
  port: number;
  host: string;
  log: (typeof LOG_LEVELS)[number];
  /** Absolute path. */
  dataDir: string;
  /** Null: start the embedded database. */
  database: DatabaseAddress | null;
  embedded: { port: number; password: string };
  sessionSecret: string | null;
  trustProxy: string | number;
  shutdownMs: number;
}

/** Every fault of the environment at once; `message` has a line for each. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly faults: string[];

  constructor(faults: string[]) {
    super(`The configuration cannot be used:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`);
    this.faults = faults;
  }
}

/** The database's name where an address gives none, and on the embedded database. */
export const DEFAULT_DB = 'changeroom';

/**
 * Reads a configuration from environment variables. An empty variable counts as not set.
 * @throws ConfigError naming every fault
 */
export function readConfig(env: Record<string, string | undefined>): Config {
  const present = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = z.object(settings).safeParse(present);
  if (!parsed.success) throw new ConfigError(parsed.error.issues.map((issue) => issue.message));
  const values = parsed.data;
  return {
    port: values.PORT,
    host: values.INTERFACE,
    log: values.LOG,
    dataDir: path.resolve(values.DATA_DIR),
    database: values.RETHINKDB_URL ? databaseAddress(values.RETHINKDB_URL, values.RETHINKDB_CA) : null,
    embedded: { port: values.EMBEDDED_PORT, password: values.EMBEDDED_PASSWORD },
    sessionSecret: values.SESSION_SECRET ?? null,
    trustProxy: /^\d+$/.test(values.TRUST_PROXY) ? Number(values.TRUST_PROXY) : values.TRUST_PROXY,
    shutdownMs: values.SHUTDOWN_SECONDS * 1000,
  };
}

/** Takes a `rethinkdb:` or `rethinkdbs:` URL apart. @throws ConfigError */
export function databaseAddress(text: string, ca?: string): DatabaseAddress {
  const url = new URL(text);
  const db = decodeURIComponent(url.pathname.replace(/^\//, '')) || DEFAULT_DB;
  if (!/^[A-Za-z0-9_-]+$/.test(db)) {
    throw new ConfigError(['RETHINKDB_URL: the database name may have letters, digits, _ and - only']);
  }
  return {
    host: url.hostname.replace(/^\[|\]$/g, '') || '127.0.0.1',
    port: Number(url.port) || 28015,
    db,
    user: decodeURIComponent(url.username) || 'admin',
    password: decodeURIComponent(url.password),
    tls: url.protocol === 'rethinkdbs:' ? { ca } : null,
  };
}
