import { z } from 'zod';
import { databaseFaults } from './database-url.js';
import {
  address,
  bearerSecret,
  byteSize,
  certificate,
  flag,
  hostNames,
  limit,
  numberWithin,
  port,
  queueName,
  webAddress,
  wholeNumber,
} from './setting-formats.js';

/**
 * Every setting stands here once, with its default and its meaning; docs/configuration.md lists the same and a test
 * holds the two together.
 */

export const AUTH_MODES = ['guest', 'jwt', 'accounts'] as const;

export const LOG_LEVELS = ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const;

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
  DATA_LIMIT: byteSize('DATA_LIMIT', 1024 ** 2)
    .optional()
    .describe(
      'Most that the embedded database may store, such as 5GB; writes beyond it are refused. Without it the disk is the limit',
    ),
  INSTANCES: wholeNumber('INSTANCES', 1, 64, 1).describe(
    'How many processes serve the port together; more than one need REDIS_URL',
  ),
  RETHINKDB_URL: z
    .string()
    .superRefine((text, check) => {
      for (const message of databaseFaults(text)) check.addIssue({ code: 'custom', message });
    })
    .optional()
    .describe(
      'A RethinkDB server, rethinkdb://user:password@host:28015/database; several servers of one cluster are separated by commas (a:28015,b:28015); rethinkdbs: over TLS. Without it the embedded database is started',
    ),
  RETHINKDB_CA: certificate('RETHINKDB_CA')
    .optional()
    .describe('Certificate (PEM text) that signs the database server’s, for rethinkdbs:'),
  RETHINKDB_REPLICAS: numberWithin('RETHINKDB_REPLICAS', 1, 64)
    .optional()
    .describe(
      'Copies of each table that is created; without it as many as there are database servers, at most 3. Existing tables are not changed',
    ),
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
    .describe('Bearer token of /metrics; without it the numbers are for this machine alone'),
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
  REDIS_CA: certificate('REDIS_CA')
    .optional()
    .describe('Certificate (PEM text) that signs the Redis server’s, for rediss:'),
  REDIS_TLS_VERIFY: flag('REDIS_TLS_VERIFY', true).describe(
    'false: any certificate of the Redis server is believed, as Heroku’s add-on needs it',
  ),
  AMQP_URL: address('AMQP_URL', ['amqp:', 'amqps:'])
    .optional()
    .describe(
      'An AMQP broker such as RabbitMQ, over which bots get commands and answer; without it there are no bots',
    ),
  AMQP_BOT_QUEUE: queueName('AMQP_BOT_QUEUE')
    .default('changeroom-bots')
    .describe('Queue, and exchange, of the commands to bots'),
  AMQP_QUEUE: queueName('AMQP_QUEUE').default('changeroom-chat').describe('Queue of the bots’ answers'),
  AMQP_REJECTED_QUEUE: queueName('AMQP_REJECTED_QUEUE')
    .optional()
    .describe('Queue of answers that cannot be used; without it AMQP_QUEUE with -rejected'),
  AMQP_DURABLE: flag('AMQP_DURABLE', false).describe(
    'true: the queues, and what is in them, outlast a restart of the broker; RabbitMQ 4.3 and newer need it',
  ),
  AMQP_BOT_SECRET: bearerSecret('AMQP_BOT_SECRET')
    .optional()
    .describe('Token with which bots may write to any room without having been asked; without it none may'),
  LIMIT_MESSAGES: limit('LIMIT_MESSAGES', 200).describe(
    'Messages that a user may write, edit or delete in 10 seconds; 0 for any number, here and in all LIMIT settings',
  ),
  LIMIT_JOINS: limit('LIMIT_JOINS', 300).describe(
    'Rooms that a user may enter in 10 seconds, by sockets and event streams; requesting the messages of a room again counts too',
  ),
  LIMIT_HISTORY: limit('LIMIT_HISTORY', 50).describe(
    'Pages of history that a user may load in 10 seconds, by sockets, REST and pages',
  ),
  LIMIT_MEMBERSHIPS: limit('LIMIT_MEMBERSHIPS', 30).describe(
    'Rooms that a user may become or cease to be a member of in 10 seconds',
  ),
  LIMIT_ROOMS: limit('LIMIT_ROOMS', 20).describe('Rooms that a user may create in an hour'),
  LIMIT_RENAMES: limit('LIMIT_RENAMES', 20).describe('New names that a user may take in a minute'),
  LIMIT_PER_ADDRESS: limit('LIMIT_PER_ADDRESS', 5).describe(
    'How many times as much all users of one address together may do, for each of the settings above',
  ),
  LIMIT_REQUESTS: limit('LIMIT_REQUESTS', 1000).describe(
    'HTTP requests and new sockets of an address in 10 seconds',
  ),
  LIMIT_FAILED_LOGINS: limit('LIMIT_FAILED_LOGINS', 30).describe(
    'Tokens of an address that AUTH_SERVER may refuse in 10 seconds before it is not asked about further ones',
  ),
  LIMIT_FRAMES: limit('LIMIT_FRAMES', 1000).describe('Frames that a socket may send in 10 seconds'),
  LIMIT_SOCKETS: limit('LIMIT_SOCKETS', 500).describe(
    'Open sockets and event streams of an address, in each process',
  ),
  ALLOWED_HOSTS: hostNames('ALLOWED_HOSTS')
    .optional()
    .describe(
      'Host names, separated by commas, under which requests are answered, such as chat.example.org,localhost; without it any',
    ),
  TRUST_PROXY: z
    .string()
    .default('loopback')
    .describe(
      'Whose X-Forwarded-* headers are believed: addresses, names of ranges, or a number of hops (Express’ "trust proxy")',
    ),
  SHUTDOWN_SECONDS: wholeNumber('SHUTDOWN_SECONDS', 1, 600, 25).describe('Longest time a stop may take'),
} as const;
