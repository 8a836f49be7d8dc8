import path from 'node:path';
import { z } from 'zod';
import { address, bearerSecret, limit, port, webAddress, wholeNumber } from './setting-formats.js';

/**
 * The only reader of the environment. Every setting stands here once, with its default and its meaning;
 * docs/configuration.md lists the same and a test holds the two together.
 */

export const AUTH_MODES = ['guest', 'jwt', 'accounts'] as const;

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
  INSTANCES: wholeNumber('INSTANCES', 1, 64, 1).describe(
    'How many processes serve the port together; more than one need REDIS_URL',
  ),
  RETHINKDB_URL: address('RETHINKDB_URL', ['rethinkdb:', 'rethinkdbs:'])
    .superRefine((text, check) => {
      for (const message of databaseFaults(text)) check.addIssue({ code: 'custom', message });
    })
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
  AUTH: z
    .enum(AUTH_MODES, `AUTH must be one of ${AUTH_MODES.join(', ')}`)
    .default('guest')
    .describe(
      'Who may come in: guest (everybody, by a name of their choice), jwt (tokens of an issuer such as Auth0), accounts (tokens that AUTH_SERVER knows)',
    ),
  AUTH0_API_DOMAIN: z
    .string()
    .regex(
      /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$/i,
      'AUTH0_API_DOMAIN must be a host name such as example.eu.auth0.com, without https://',
    )
    .optional()
    .describe('Domain of an Auth0 tenant that issues the tokens, such as example.eu.auth0.com (AUTH=jwt)'),
  AUTH_ISSUER: webAddress('AUTH_ISSUER')
    .optional()
    .describe('Any other issuer, exactly as its tokens name it in iss (AUTH=jwt)'),
  AUTH_JWKS_URL: webAddress('AUTH_JWKS_URL')
    .optional()
    .describe("Where the issuer's keys are; without it .well-known/jwks.json at the issuer (AUTH=jwt)"),
  AUTH_AUDIENCE: z
    .string()
    .optional()
    .describe(
      'Whom the tokens must be meant for, as they say in aud; at Auth0 the identifier of the API (AUTH=jwt)',
    ),
  AUTH_SERVER: webAddress('AUTH_SERVER')
    .optional()
    .describe('The whole address at which the accounts service says whose a token is (AUTH=accounts)'),
  SECRET_FOR_SUMMARY: bearerSecret('SECRET_FOR_SUMMARY')
    .optional()
    .describe('Bearer token of those who may read the summary of who is present; without it nobody may'),
  SECRET_FOR_FLUSHING: bearerSecret('SECRET_FOR_FLUSHING')
    .optional()
    .describe(
      'Bearer token of those who may delete what processes that are gone have left of who is present; without it nobody may',
    ),
  SECRET_FOR_METRICS: bearerSecret('SECRET_FOR_METRICS')
    .optional()
    .describe('Bearer token of /metrics; without it everybody may read the numbers'),
  REDIS_URL: address('REDIS_URL', ['redis:', 'rediss:'])
    .refine(
      (text) => /^(\/\d*)?$/.test(new URL(text).pathname),
      'REDIS_URL: the path must be the number of a database, such as /0',
    )
    .optional()
    .describe(
      'A Redis server, over which several processes share who is present, who types, and what is limited',
    ),
  REDIS_KEY: z
    .string()
    .regex(/^[\w:.-]{1,64}$/, 'REDIS_KEY may have letters, digits and _ : . - only, at most 64')
    .default('changeroom')
    .describe(
      'With what all keys and channels in Redis begin; another one for every chat that uses the same Redis',
    ),
  LIMIT_MESSAGES: limit('LIMIT_MESSAGES', 200).describe(
    'Messages that a user may write, edit or delete in 10 seconds; 0 for any number, here and in the next four',
  ),
  LIMIT_JOINS: limit('LIMIT_JOINS', 300).describe('Rooms that a user may enter in 10 seconds'),
  LIMIT_REQUESTS: limit('LIMIT_REQUESTS', 1000).describe(
    'HTTP requests and new sockets of an address in 10 seconds; this machine’s own addresses are not counted',
  ),
  LIMIT_FRAMES: limit('LIMIT_FRAMES', 1000).describe('Frames that a socket may send in 10 seconds'),
  LIMIT_SOCKETS: limit('LIMIT_SOCKETS', 500).describe('Open sockets of an address, in each process'),
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

/** How visitors are told apart. */
export type AuthConfig =
  | { mode: 'guest' }
  | { mode: 'jwt'; issuer: string; jwksUrl: string; audience: string }
  | { mode: 'accounts'; server: string };

export interface Config {
  port: number;
  host: string;
  log: (typeof LOG_LEVELS)[number];
  /** Absolute path. */
  dataDir: string;
  /** Null: start the embedded database. */
  database: DatabaseAddress | null;
  embedded: { port: number; password: string };
  /** Processes that serve the port together. */
  instances: number;
  sessionSecret: string | null;
  auth: AuthConfig;
  /** Bearer tokens of the endpoints about presence; null: closed. */
  presenceSecrets: { summary: string | null; flushing: string | null };
  /** Null: this is the only process. */
  redis: { url: string; key: string } | null;
  limits: { messages: number; joins: number; requests: number; frames: number; sockets: number };
  /** Null: open to everybody. */
  secretForMetrics: string | null;
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
  const faults = [
    ...(parsed.error?.issues.map((issue) => issue.message) ?? []),
    ...authFaults(present),
    ...instanceFaults(present),
  ];
  if (!parsed.success || faults.length > 0) throw new ConfigError(faults);
  const values = parsed.data;
  return {
    port: values.PORT,
    host: values.INTERFACE,
    log: values.LOG,
    dataDir: path.resolve(values.DATA_DIR),
    database: values.RETHINKDB_URL ? databaseAddress(values.RETHINKDB_URL, values.RETHINKDB_CA) : null,
    embedded: { port: values.EMBEDDED_PORT, password: values.EMBEDDED_PASSWORD },
    instances: values.INSTANCES,
    sessionSecret: values.SESSION_SECRET ?? null,
    auth: authConfig(values),
    presenceSecrets: {
      summary: values.SECRET_FOR_SUMMARY ?? null,
      flushing: values.SECRET_FOR_FLUSHING ?? null,
    },
    redis: values.REDIS_URL ? { url: values.REDIS_URL, key: values.REDIS_KEY } : null,
    limits: {
      messages: values.LIMIT_MESSAGES,
      joins: values.LIMIT_JOINS,
      requests: values.LIMIT_REQUESTS,
      frames: values.LIMIT_FRAMES,
      sockets: values.LIMIT_SOCKETS,
    },
    secretForMetrics: values.SECRET_FOR_METRICS ?? null,
    trustProxy: /^\d+$/.test(values.TRUST_PROXY) ? Number(values.TRUST_PROXY) : values.TRUST_PROXY,
    shutdownMs: values.SHUTDOWN_SECONDS * 1000,
  };
}

type Values = z.infer<z.ZodObject<typeof settings>>;

/** The settings of each way of telling visitors apart. With one of another way, somebody means to be safe and is not. */
const SETTINGS_OF = {
  guest: [],
  jwt: ['AUTH0_API_DOMAIN', 'AUTH_ISSUER', 'AUTH_JWKS_URL', 'AUTH_AUDIENCE'],
  accounts: ['AUTH_SERVER'],
} as const satisfies Record<Values['AUTH'], (keyof Values)[]>;

/** What is missing, or does not go together, among the settings that begin with AUTH. */
function authFaults(present: Partial<Record<keyof Values, string>>): string[] {
  const mode = present.AUTH ?? 'guest';
  if (!Object.hasOwn(SETTINGS_OF, mode)) return [];
  const faults: string[] = [];
  const demand = (right: unknown, fault: string) => right || faults.push(fault);
  for (const [other, names] of Object.entries(SETTINGS_OF)) {
    for (const name of other === mode ? [] : names)
      demand(!present[name], `${name} is set, but means nothing without AUTH=${other}`);
  }
  const { AUTH0_API_DOMAIN, AUTH_ISSUER, AUTH_AUDIENCE, AUTH_SERVER } = present;
  if (mode === 'jwt') {
    demand(AUTH0_API_DOMAIN || AUTH_ISSUER, 'AUTH=jwt needs AUTH0_API_DOMAIN or AUTH_ISSUER');
    demand(!AUTH0_API_DOMAIN || !AUTH_ISSUER, 'AUTH0_API_DOMAIN and AUTH_ISSUER exclude each other');
    demand(AUTH_AUDIENCE, 'AUTH=jwt needs AUTH_AUDIENCE');
  }
  if (mode === 'accounts') demand(AUTH_SERVER, 'AUTH=accounts needs AUTH_SERVER');
  return faults;
}

/** Without a place that they share, each of several processes would know its own visitors only. */
function instanceFaults({ INSTANCES, REDIS_URL }: Partial<Record<keyof Values, string>>): string[] {
  if (!(Number(INSTANCES) > 1) || REDIS_URL) return [];
  return ['INSTANCES above 1 needs REDIS_URL: set it to a Redis server, such as redis://127.0.0.1:6379'];
}

/** Of values that have no fault. */
function authConfig(values: Values): AuthConfig {
  if (values.AUTH === 'accounts') return { mode: 'accounts', server: values.AUTH_SERVER! };
  if (values.AUTH !== 'jwt') return { mode: 'guest' };
  const issuer = values.AUTH_ISSUER ?? `https://${values.AUTH0_API_DOMAIN!.toLowerCase()}/`;
  const jwksUrl = values.AUTH_JWKS_URL ?? `${issuer.replace(/\/$/, '')}/.well-known/jwks.json`;
  return { mode: 'jwt', issuer, jwksUrl, audience: values.AUTH_AUDIENCE! };
}

function databaseFaults(text: string): string[] {
  try {
    databaseAddress(text);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    return ['RETHINKDB_URL: a % must be followed by the code of a character'];
  }
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
