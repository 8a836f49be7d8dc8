import { z } from 'zod';
import { databaseUrlFaults } from './database-url.js';
import { limitSettings } from './limit-settings.js';
import {
  address,
  byteSize,
  byteSizeOr,
  certificate,
  flag,
  hostNames,
  numberWithin,
  optionalFlag,
  port,
  queueName,
  secretToken,
  userIds,
  vapidKey,
  webAddress,
  webOrigins,
  wholeNumber,
} from './setting-formats.js';

export const AUTH_MODES = ['guest', 'jwt', 'accounts'] as const;

export const LOG_LEVELS = ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const;

/**
 * Every setting, declared once, with its format, default and description (Markdown). `npm run docs:settings` generates
 * .env.example, app.json and the tables of docs/configuration.md from it.
 */
export const settings = {
  PORT: port('PORT', 5000).describe('Port of the web server; 0 selects a free port'),
  HOST: z.string().default('0.0.0.0').describe('Address to listen on'),
  LOG_LEVEL: z
    .enum(LOG_LEVELS, `LOG_LEVEL must be one of ${LOG_LEVELS.join(', ')}`)
    .default('info')
    .describe('Minimum log level'),
  ENV_FILE: z
    .string()
    .default('.env')
    .describe('File of further settings; `/dev/null`: no file. A missing `.env` is ignored'),
  DATA_DIR: z
    .string()
    .min(1, 'DATA_DIR must not be empty')
    .default('./data')
    .describe('Directory of the embedded database and of keys that are generated at the first start'),
  INSTANCES: wholeNumber('INSTANCES', 1, 64, 1).describe(
    'Number of processes that serve the port together; more than one requires `REDIS_URL`',
  ),
  SHUTDOWN_SECONDS: wholeNumber('SHUTDOWN_SECONDS', 1, 600, 25).describe('Maximum duration of a shutdown'),
  RETHINKDB_URL: z
    .string()
    .superRefine((text, check) => {
      for (const message of databaseUrlFaults(text)) check.addIssue({ code: 'custom', message });
    })
    .optional()
    .describe(
      'URL of a RethinkDB server, `rethinkdb://user:password@host:28015/database`; several servers of one cluster are separated by commas (`a:28015,b:28015`); `rethinkdbs:` over TLS. Without it the embedded database is started',
    ),
  RETHINKDB_CA: certificate('RETHINKDB_CA')
    .optional()
    .describe(
      'Certificate (PEM text) of the authority that signed the RethinkDB certificate, for `rethinkdbs:`',
    ),
  RETHINKDB_REPLICAS: numberWithin('RETHINKDB_REPLICAS', 1, 64)
    .optional()
    .describe(
      'Replicas of each table that the server creates; by default one per database server, at most 3. Existing tables are not changed',
    ),
  EMBEDDED_PORT: port('EMBEDDED_PORT', 28015)
    .describe('Port of the embedded database, on 127.0.0.1; 0 selects a free port')
    .meta({ effectiveWithout: 'RETHINKDB_URL' }),
  EMBEDDED_PASSWORD: z
    .string()
    .default('')
    .describe('Password of the user `admin` of the embedded database')
    .meta({ effectiveWithout: 'RETHINKDB_URL' }),
  DATA_LIMIT: byteSize('DATA_LIMIT', 1024 ** 2)
    .optional()
    .describe(
      'Maximum size of the data in the embedded database, such as `5GB`; writes beyond it are rejected. Without it the free disk space is the limit',
    )
    .meta({ effectiveWithout: 'RETHINKDB_URL' }),
  SEARCH: flag('SEARCH', true).describe(
    '`false`: no search, and no index of the messages in `DATA_DIR/search`',
  ),
  SESSION_SECRET: z
    .string()
    .min(16, 'SESSION_SECRET must have at least 16 characters')
    .optional()
    .describe('Key that signs cookies; without it the server generates one and stores it in `DATA_DIR`'),
  AUTH: z
    .enum(AUTH_MODES, `AUTH must be one of ${AUTH_MODES.join(', ')}`)
    .default('guest')
    .describe(
      'How users authenticate: `guest` (anyone, with a name of their choice), `jwt` (tokens of an issuer such as Auth0), `accounts` (tokens that `AUTH_SERVER` accepts)',
    ),
  ADMINS: userIds('ADMINS').describe(
    'Ids of the operators, separated by commas, as `/api/me` shows them: these users have all rights in all rooms, private ones included',
  ),
  SERVICE_WORKER: optionalFlag('SERVICE_WORKER').describe(
    '`false`: removes the service worker, which shows loaded messages while there is no network, from browsers at their next visit',
  ),
  PLAYGROUND: optionalFlag('PLAYGROUND').describe(
    '`true`: addresses such as `/ui/Maths?id_user=1` select a seeded user, without a proof (`AUTH=guest`); by default `true` unless `NODE_ENV` is `production`',
  ),
  GUEST_DAYS: wholeNumber('GUEST_DAYS', 1, 3650, 365).describe(
    'Days without a visit after which a guest loses the identity, unless the name is secured (`AUTH=guest`)',
  ),
  AUTH0_API_DOMAIN: z
    .string()
    .regex(
      /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$/i,
      'AUTH0_API_DOMAIN must be a host name such as example.eu.auth0.com, without https://',
    )
    .optional()
    .describe('Domain of the Auth0 tenant that issues the tokens, such as example.eu.auth0.com (`AUTH=jwt`)'),
  AUTH_ISSUER: webAddress('AUTH_ISSUER')
    .optional()
    .describe('Any other issuer, exactly as in the claim `iss` of its tokens (`AUTH=jwt`)'),
  AUTH_JWKS_URL: webAddress('AUTH_JWKS_URL')
    .optional()
    .describe(
      "URL of the issuer's key set; by default the one of its discovery document with `OIDC_CLIENT_ID`, else `.well-known/jwks.json` below the URL of the issuer (`AUTH=jwt`)",
    ),
  AUTH_AUDIENCE: z
    .string()
    .optional()
    .describe(
      'Required value of the claim `aud` of bearer tokens; at Auth0 the identifier of the API. Without it, bearer tokens are refused and users sign in on the page (`AUTH=jwt`)',
    ),
  AUTH_SERVER: webAddress('AUTH_SERVER')
    .optional()
    .describe('URL at which the accounts service returns the account of a token (`AUTH=accounts`)'),
  OIDC_CLIENT_ID: z
    .string()
    .regex(/^[\x21-\x7e]{1,255}$/, 'OIDC_CLIENT_ID must be 1 to 255 visible ASCII characters')
    .optional()
    .describe(
      'Client id of this server at the issuer; with it, visitors sign in there by OpenID Connect (`AUTH=jwt`)',
    ),
  OIDC_CLIENT_SECRET: z
    .string()
    .optional()
    .describe('Secret of that client; without it the client is public and proves itself by PKCE alone'),
  OIDC_SCOPES: z
    .string()
    .regex(/^openid( [\x21\x23-\x5b\x5d-\x7e]+)*$/, 'OIDC_SCOPES must begin with openid, separated by spaces')
    .optional()
    .describe(
      'Scopes to request; by default `openid profile`, and `offline_access` where the issuer supports it',
    ),
  OIDC_PROMPT: z
    .string()
    .regex(/^[a-z_]+( [a-z_]+)*$/, 'OIDC_PROMPT must be values such as login, consent or select_account')
    .optional()
    .describe('Parameter `prompt` of the login, such as `consent`; by default the issuer decides'),
  LOGIN_URL: webAddress('LOGIN_URL')
    .optional()
    .describe(
      'Login page of your own, to which visitors are sent and which sends back a token (`AUTH=jwt`, `AUTH=accounts`)',
    ),
  PRESENCE_SUMMARY_TOKEN: secretToken('PRESENCE_SUMMARY_TOKEN')
    .optional()
    .describe('Bearer token of the presence summary; without it the endpoint does not exist'),
  PRESENCE_FLUSH_TOKEN: secretToken('PRESENCE_FLUSH_TOKEN')
    .optional()
    .describe(
      'Bearer token of the endpoint that deletes the presence entries of dead processes; without it the endpoint does not exist',
    ),
  METRICS_TOKEN: secretToken('METRICS_TOKEN')
    .optional()
    .describe('Bearer token of `/metrics`; without it `/metrics` answers requests from this machine only'),
  REDIS_URL: address('REDIS_URL', ['redis:', 'rediss:'])
    .refine(
      (text) => /^(\/\d*)?$/.test(new URL(text).pathname),
      'REDIS_URL: the path must be the number of a database, such as /0',
    )
    .optional()
    .describe(
      'URL of a Redis server through which several processes share presence, typing indicators and rate limits',
    ),
  REDIS_KEY_PREFIX: z
    .string()
    .regex(
      /^[\w:.-]{1,64}$/,
      'REDIS_KEY_PREFIX may contain only letters, digits and _ : . -, at most 64 characters',
    )
    .default('changeroom')
    .describe(
      'Prefix of all keys and channels in Redis; deployments that share a Redis server need different ones',
    )
    .meta({ effectiveWith: 'REDIS_URL' }),
  REDIS_CA: certificate('REDIS_CA')
    .optional()
    .describe('Certificate (PEM text) of the authority that signed the Redis certificate, for `rediss:`'),
  REDIS_TLS_VERIFY: flag('REDIS_TLS_VERIFY', true)
    .describe("`false`: accept any certificate of the Redis server, as required by Heroku's add-on")
    .meta({ effectiveWith: 'REDIS_URL' }),
  AMQP_URL: address('AMQP_URL', ['amqp:', 'amqps:'])
    .optional()
    .describe(
      'URL of an AMQP broker such as RabbitMQ that carries commands to bots and their replies; without it there are no bots',
    ),
  AMQP_COMMAND_QUEUE: queueName('AMQP_COMMAND_QUEUE')
    .default('changeroom-bots')
    .describe('Name of the queue and of the exchange of commands to bots')
    .meta({ effectiveWith: 'AMQP_URL' }),
  AMQP_REPLY_QUEUE: queueName('AMQP_REPLY_QUEUE')
    .default('changeroom-chat')
    .describe('Name of the queue of replies of bots')
    .meta({ effectiveWith: 'AMQP_URL' }),
  AMQP_REJECTED_QUEUE: queueName('AMQP_REJECTED_QUEUE')
    .optional()
    .describe('Name of the queue of rejected replies; by default `AMQP_REPLY_QUEUE` followed by `-rejected`')
    .meta({ effectiveWith: 'AMQP_URL' }),
  AMQP_DURABLE: flag('AMQP_DURABLE', false)
    .describe(
      '`true`: queues and their messages survive a restart of the broker; required by RabbitMQ 4.3 and newer',
    )
    .meta({ effectiveWith: 'AMQP_URL' }),
  AMQP_BOT_SECRET: secretToken('AMQP_BOT_SECRET')
    .optional()
    .describe('Token with which bots may write to any room without a command; without it they may not')
    .meta({ effectiveWith: 'AMQP_URL' }),
  ...limitSettings,
  FILE_LIMIT: byteSizeOr('FILE_LIMIT', '10MB').describe(
    'Maximum size of an uploaded file, such as `25MB`; 0: the server accepts no files',
  ),
  FILE_LIMIT_USER: byteSizeOr('FILE_LIMIT_USER', '500MB').describe(
    'Maximum size of all files of a user; 0 disables the limit, as in the two settings below. A small file counts as 32 KB',
  ),
  FILE_LIMIT_ROOM: byteSizeOr('FILE_LIMIT_ROOM', '5GB').describe('Maximum size of all files of a room'),
  FILE_LIMIT_TOTAL: byteSizeOr('FILE_LIMIT_TOTAL', '20GB').describe('Maximum size of all files'),
  VAPID_PUBLIC_KEY: vapidKey('VAPID_PUBLIC_KEY', 87)
    .optional()
    .describe(
      'Public key (base64url) that identifies the server to push services, from `npx web-push generate-vapid-keys`. Without it the embedded database has a generated pair in `DATA_DIR`; with `RETHINKDB_URL`, nothing is pushed to browsers without an open page',
    ),
  VAPID_PRIVATE_KEY: vapidKey('VAPID_PRIVATE_KEY', 43)
    .optional()
    .describe('Private key (base64url) of `VAPID_PUBLIC_KEY`'),
  VAPID_SUBJECT: address('VAPID_SUBJECT', ['https:', 'mailto:'])
    .optional()
    .describe(
      'Address at which push services can reach the operator, such as `mailto:admin@example.org`; by default the address of the page',
    ),
  ALLOWED_HOSTS: hostNames('ALLOWED_HOSTS')
    .optional()
    .describe(
      'Host names for which requests are answered, separated by commas, such as `chat.example.org,localhost`; without it any host',
    ),
  ALLOWED_ORIGINS: webOrigins('ALLOWED_ORIGINS')
    .optional()
    .describe(
      'Other origins whose pages may use the API and the sockets, with tokens instead of cookies, separated by commas: https://app.example.org, or https://*.preview.example.org for one more label',
    ),
  TRUST_PROXY: z
    .string()
    .default('loopback')
    .describe(
      'Proxies whose `X-Forwarded-*` headers are trusted: addresses, names of ranges, or a number of hops (Express setting "trust proxy")',
    ),
} as const;

export type SettingName = keyof typeof settings;
