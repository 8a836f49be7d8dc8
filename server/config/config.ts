import path from 'node:path';
import { z } from 'zod';
import { type AuthConfig, readAuthConfig } from './auth-config.js';
import { combinationFaults } from './combinations.js';
import { ConfigError } from './config-error.js';
import { type DatabaseAddress, databaseAddress } from './database-url.js';
import { loadEnvFile } from './env-file.js';
import { resolveNames } from './environment.js';
import type { FilesConfig } from './files-config.js';
import { ineffectiveSettings } from './ineffective-settings.js';
import type { LimitsConfig } from './limits-config.js';
import type { PushConfig } from './push-config.js';
import type { RedisAddress } from './redis-url.js';
import { type LOG_LEVELS, type SettingName, settings } from './settings.js';
import { tunnelWarnings } from './tunnel-settings.js';
import { unknownSettings } from './unknown-settings.js';

/** The AMQP broker that carries commands to bots and their replies. */
export interface AmqpConfig {
  url: string;
  commandQueue: string;
  replyQueue: string;
  rejectedQueue: string;
  /** Whether queues and their messages survive a restart of the broker. */
  durable: boolean;
  /** Token of bots that write without a command; null: bots only reply to commands. */
  botSecret: string | null;
}

export interface Config {
  port: number;
  host: string;
  log: (typeof LOG_LEVELS)[number];
  /** Absolute path. */
  dataDir: string;
  /** Null: start the embedded database. */
  database: DatabaseAddress | null;
  /** Replicas of each new table; null: one per database server, at most 3. */
  replicas: number | null;
  /** `dataLimitBytes` null: limited by the free disk space. */
  embedded: { port: number; password: string; dataLimitBytes: number | null };
  /** Number of processes that serve the port together. */
  instances: number;
  /** Null: generate one and store it in `dataDir`. */
  sessionSecret: string | null;
  auth: AuthConfig;
  /** Days after which the identity of a guest that is not used expires. */
  guestDays: number;
  /** Messages are indexed for search, in `dataDir`. */
  isSearchOn: boolean;
  /** Pages register a service worker. */
  serviceWorker: boolean;
  /** Addresses can select playground users. */
  playground: boolean;
  /** Ids of the operators, who have all rights in all rooms. */
  admins: readonly string[];
  /** Bearer tokens of the presence endpoints; null: the endpoint does not exist. */
  presenceTokens: { summary: string | null; flush: string | null };
  /** Null: `/metrics` answers requests from this machine only. */
  metricsToken: string | null;
  /** Null: this is the only process. */
  redis: RedisAddress | null;
  /** Null: there are no bots. */
  amqp: AmqpConfig | null;
  limits: LimitsConfig;
  files: FilesConfig;
  push: PushConfig;
  /** In lower case, without ports. Null: any host. */
  allowedHosts: string[] | null;
  /** Other origins whose pages may use the API and the sockets. */
  allowedOrigins: readonly string[];
  trustProxy: string | number;
  shutdownMs: number;
  /** For the log: deprecated settings, settings without effect, misspelt ones. */
  warnings: string[];
}

/**
 * Reads the configuration from the environment of the process and the settings file, whose variables it adds to `env`.
 * @returns envFile: the path of that file; null if there is no such file
 * @throws ConfigError listing all faults
 */
export function loadConfig(env: Record<string, string | undefined>): {
  config: Config;
  envFile: string | null;
} {
  const envFile = loadEnvFile(env);
  return { config: readConfig(env), envFile };
}

/**
 * Reads the configuration from environment variables. An empty variable counts as not set.
 * @throws ConfigError listing all faults
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const { values: named, setBy, ...names } = resolveNames(env);
  const parsed = z.object(settings).safeParse(named);
  const { auth, ...ofAuth } = readAuthConfig(named);
  const faults = [
    ...names.faults,
    ...(parsed.error?.issues.map(({ message, path: [name] }) => {
      const alias = setBy[name as SettingName];
      return alias ? `${message} (set as ${alias})` : message;
    }) ?? []),
    ...ofAuth.faults,
    ...combinationFaults(named),
    ...(parsed.success ? queueFaults(parsed.data) : []),
  ];
  if (!parsed.success || !auth || faults.length > 0) throw new ConfigError(faults);
  const values = parsed.data;
  return {
    port: values.PORT,
    host: values.HOST,
    log: values.LOG_LEVEL,
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
    auth,
    guestDays: values.GUEST_DAYS,
    isSearchOn: values.SEARCH,
    serviceWorker: values.SERVICE_WORKER ?? true,
    playground: values.PLAYGROUND ?? env.NODE_ENV !== 'production',
    admins: values.ADMINS ?? [],
    presenceTokens: {
      summary: values.PRESENCE_SUMMARY_TOKEN ?? null,
      flush: values.PRESENCE_FLUSH_TOKEN ?? null,
    },
    metricsToken: values.METRICS_TOKEN ?? null,
    redis: values.REDIS_URL ? redisAddress(values.REDIS_URL, values) : null,
    amqp: values.AMQP_URL ? amqpConfig(values.AMQP_URL, values) : null,
    limits: {
      messages: values.LIMIT_MESSAGES,
      joins: values.LIMIT_JOINS,
      history: values.LIMIT_HISTORY,
      searches: values.LIMIT_SEARCHES,
      memberships: values.LIMIT_MEMBERSHIPS,
      reactions: values.LIMIT_REACTIONS,
      rooms: values.LIMIT_ROOMS,
      renames: values.LIMIT_RENAMES,
      uploads: values.LIMIT_UPLOADS,
      settings: values.LIMIT_SETTINGS,
      perAddress: values.LIMIT_PER_ADDRESS,
      requests: values.LIMIT_REQUESTS,
      failedLogins: values.LIMIT_FAILED_LOGINS,
      frames: values.LIMIT_FRAMES,
      sockets: values.LIMIT_SOCKETS,
    },
    files: {
      fileBytes: values.FILE_LIMIT,
      userBytes: values.FILE_LIMIT_USER,
      roomBytes: values.FILE_LIMIT_ROOM,
      totalBytes: values.FILE_LIMIT_TOTAL,
    },
    push: {
      keys:
        values.VAPID_PUBLIC_KEY && values.VAPID_PRIVATE_KEY
          ? { publicKey: values.VAPID_PUBLIC_KEY, privateKey: values.VAPID_PRIVATE_KEY }
          : null,
      subject: values.VAPID_SUBJECT ?? null,
    },
    allowedHosts: values.ALLOWED_HOSTS ?? null,
    allowedOrigins: values.ALLOWED_ORIGINS ?? [],
    trustProxy: /^\d+$/.test(values.TRUST_PROXY) ? Number(values.TRUST_PROXY) : values.TRUST_PROXY,
    shutdownMs: values.SHUTDOWN_SECONDS * 1000,
    warnings: [
      ...names.warnings,
      ...ofAuth.warnings,
      ...ineffectiveSettings(named, setBy),
      ...unknownSettings(env),
      ...tunnelWarnings(env),
    ],
  };
}

type Values = z.infer<z.ZodObject<typeof settings>>;

function redisAddress(url: string, values: Values): RedisAddress {
  const address = { url, keyPrefix: values.REDIS_KEY_PREFIX };
  if (new URL(url).protocol !== 'rediss:') return address;
  const ca = values.REDIS_CA;
  return { ...address, tls: { ...(ca !== undefined && { ca }), verify: values.REDIS_TLS_VERIFY } };
}

function amqpConfig(url: string, values: Values): AmqpConfig {
  return {
    url,
    commandQueue: values.AMQP_COMMAND_QUEUE,
    replyQueue: values.AMQP_REPLY_QUEUE,
    rejectedQueue: values.AMQP_REJECTED_QUEUE ?? `${values.AMQP_REPLY_QUEUE}-rejected`,
    durable: values.AMQP_DURABLE,
    botSecret: values.AMQP_BOT_SECRET ?? null,
  };
}

/** With one queue for two purposes, the server would consume its own commands, or rejected replies again and again. */
function queueFaults(values: Values): string[] {
  const { commandQueue, replyQueue, rejectedQueue } = amqpConfig('', values);
  if (new Set([commandQueue, replyQueue, rejectedQueue]).size === 3) return [];
  return ['AMQP_REPLY_QUEUE, AMQP_COMMAND_QUEUE and AMQP_REJECTED_QUEUE must differ'];
}
