import path from 'node:path';
import { z } from 'zod';
import { ConfigError } from './config-error.js';
import { type DatabaseAddress, databaseAddress } from './database-url.js';
import type { RedisAddress } from './redis-url.js';
import { type LOG_LEVELS, settings } from './settings.js';

/** The broker of commands and answers. */
export interface AmqpConfig {
  url: string;
  commandQueue: string;
  answerQueue: string;
  rejectedQueue: string;
  durable: boolean;
  /** Null: bots answer commands only. */
  botSecret: string | null;
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
  /** Copies of each new table; null: as many as there are database servers, at most 3. */
  replicas: number | null;
  /** `dataLimitBytes`: null: as much as the disk has. */
  embedded: { port: number; password: string; dataLimitBytes: number | null };
  /** Processes that serve the port together. */
  instances: number;
  sessionSecret: string | null;
  auth: AuthConfig;
  /** Bearer tokens of the endpoints about presence; null: closed. */
  presenceSecrets: { summary: string | null; flushing: string | null };
  /** Null: this is the only process. */
  redis: RedisAddress | null;
  /** Null: there are no bots. */
  amqp: AmqpConfig | null;
  limits: {
    messages: number;
    joins: number;
    history: number;
    memberships: number;
    rooms: number;
    renames: number;
    perAddress: number;
    requests: number;
    failedLogins: number;
    frames: number;
    sockets: number;
  };
  /** In lower case, without ports. Null: any host. */
  allowedHosts: string[] | null;
  /** Null: open to this machine alone. */
  secretForMetrics: string | null;
  trustProxy: string | number;
  shutdownMs: number;
}

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
    ...tlsFaults(present),
    ...replicaFaults(present),
    ...queueFaults(parsed.data),
  ];
  if (!parsed.success || faults.length > 0) throw new ConfigError(faults);
  const values = parsed.data;
  return {
    port: values.PORT,
    host: values.INTERFACE,
    log: values.LOG,
    dataDir: path.resolve(values.DATA_DIR),
    database: values.RETHINKDB_URL ? databaseAddress(values.RETHINKDB_URL, values.RETHINKDB_CA) : null,
    replicas: values.RETHINKDB_REPLICAS ?? null,
    embedded: {
      port: values.EMBEDDED_PORT,
      password: values.EMBEDDED_PASSWORD,
      dataLimitBytes: values.DATA_LIMIT ?? null,
    },
    instances: values.INSTANCES,
    sessionSecret: values.SESSION_SECRET ?? null,
    auth: authConfig(values),
    presenceSecrets: {
      summary: values.SECRET_FOR_SUMMARY ?? null,
      flushing: values.SECRET_FOR_FLUSHING ?? null,
    },
    redis: values.REDIS_URL ? redisAddress(values.REDIS_URL, values) : null,
    amqp: values.AMQP_URL ? amqpConfig(values.AMQP_URL, values) : null,
    limits: {
      messages: values.LIMIT_MESSAGES,
      joins: values.LIMIT_JOINS,
      history: values.LIMIT_HISTORY,
      memberships: values.LIMIT_MEMBERSHIPS,
      rooms: values.LIMIT_ROOMS,
      renames: values.LIMIT_RENAMES,
      perAddress: values.LIMIT_PER_ADDRESS,
      requests: values.LIMIT_REQUESTS,
      failedLogins: values.LIMIT_FAILED_LOGINS,
      frames: values.LIMIT_FRAMES,
      sockets: values.LIMIT_SOCKETS,
    },
    allowedHosts: values.ALLOWED_HOSTS ?? null,
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

/** A certificate for a line that is not encrypted, or not verified: somebody means to be safe and is not. */
function tlsFaults(present: Partial<Record<keyof Values, string>>): string[] {
  const { RETHINKDB_URL = '', RETHINKDB_CA, REDIS_URL = '', REDIS_CA, REDIS_TLS_VERIFY } = present;
  const faults: string[] = [];
  const demand = (right: unknown, fault: string) => right || faults.push(fault);
  const isEncrypted = (url: string, protocol: string) => url.toLowerCase().startsWith(protocol);
  demand(
    !RETHINKDB_CA || isEncrypted(RETHINKDB_URL, 'rethinkdbs:'),
    'RETHINKDB_CA is set, but means nothing without a RETHINKDB_URL that begins with rethinkdbs://',
  );
  demand(
    !REDIS_CA || isEncrypted(REDIS_URL, 'rediss:'),
    'REDIS_CA is set, but means nothing without a REDIS_URL that begins with rediss://',
  );
  demand(
    !REDIS_CA || REDIS_TLS_VERIFY !== 'false',
    'REDIS_CA is set, but means nothing with REDIS_TLS_VERIFY=false',
  );
  return faults;
}

/** The embedded database is one server: it holds one copy. */
function replicaFaults({
  RETHINKDB_URL,
  RETHINKDB_REPLICAS,
}: Partial<Record<keyof Values, string>>): string[] {
  if (!RETHINKDB_REPLICAS || RETHINKDB_URL) return [];
  return ['RETHINKDB_REPLICAS is set, but has no effect without RETHINKDB_URL'];
}

function redisAddress(url: string, { REDIS_KEY, REDIS_CA, REDIS_TLS_VERIFY }: Values): RedisAddress {
  const isEncrypted = new URL(url).protocol === 'rediss:';
  return { url, key: REDIS_KEY, tls: isEncrypted ? { ca: REDIS_CA, verify: REDIS_TLS_VERIFY } : undefined };
}

function amqpConfig(url: string, values: Values): AmqpConfig {
  return {
    url,
    commandQueue: values.AMQP_BOT_QUEUE,
    answerQueue: values.AMQP_QUEUE,
    rejectedQueue: values.AMQP_REJECTED_QUEUE ?? `${values.AMQP_QUEUE}-rejected`,
    durable: values.AMQP_DURABLE,
    botSecret: values.AMQP_BOT_SECRET ?? null,
  };
}

/** Commands that were read as answers, or rejected answers as new ones, would go round in circles. */
function queueFaults(values: Values | undefined): string[] {
  if (!values) return [];
  const { commandQueue, answerQueue, rejectedQueue } = amqpConfig('', values);
  if (new Set([commandQueue, answerQueue, rejectedQueue]).size === 3) return [];
  return ['AMQP_QUEUE, AMQP_BOT_QUEUE and AMQP_REJECTED_QUEUE must differ'];
}
