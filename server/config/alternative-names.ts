import type { SettingName } from './settings.js';

interface Alias {
  readonly setting: SettingName;
  /** Deprecated names are reported in the log; the others belong to deployments that Changeroom replaces. */
  readonly isDeprecated: boolean;
  /** Values that the setting does not have, and their equivalents. */
  readonly values?: Readonly<Record<string, string>>;
}

/** Names that are accepted in the place of a setting's own. */
export const aliases: Readonly<Record<string, Alias>> = {
  INTERFACE: { setting: 'HOST', isDeprecated: true },
  // The levels of winston. Requests are logged at `debug`.
  LOG: {
    setting: 'LOG_LEVEL',
    isDeprecated: true,
    values: { http: 'debug', verbose: 'debug', silly: 'trace' },
  },
  SECRET_FOR_METRICS: { setting: 'METRICS_TOKEN', isDeprecated: true },
  SECRET_FOR_SUMMARY: { setting: 'PRESENCE_SUMMARY_TOKEN', isDeprecated: false },
  SECRET_FOR_FLUSHING: { setting: 'PRESENCE_FLUSH_TOKEN', isDeprecated: false },
  REDIS_KEY: { setting: 'REDIS_KEY_PREFIX', isDeprecated: false },
  AMQP_BOT_QUEUE: { setting: 'AMQP_COMMAND_QUEUE', isDeprecated: true },
  AMQP_BOT_QUEUE_BOT: { setting: 'AMQP_COMMAND_QUEUE', isDeprecated: true },
  AMQP_QUEUE: { setting: 'AMQP_REPLY_QUEUE', isDeprecated: false },
};

/** A setting of another chat server that has no equivalent here. */
interface ReplacedSetting {
  /** Completes "NAME has no effect: ". */
  readonly advice: string;
  /** The values that belong to the other server; other programs may use the same name. */
  readonly values?: RegExp;
}

export const replacedSettings: Readonly<Record<string, ReplacedSetting>> = {
  MONGODB_URI: {
    advice: 'messages are stored in RethinkDB (set RETHINKDB_URL), or without it in the embedded database',
  },
  // POSIX shells read the file that ENV names.
  ENV: { advice: 'use NODE_ENV=production or NODE_ENV=development instead', values: /^(dev|production)$/ },
};

/** The variables of an environment that are parts of a URL, and the setting that replaces them. */
export interface UrlParts {
  readonly setting: 'REDIS_URL' | 'AMQP_URL';
  readonly protocols: readonly [string, ...string[]];
  readonly port: string;
  readonly variables: Readonly<Partial<Record<UrlPart, readonly string[]>>>;
  /** For a URL with user and password. */
  readonly credentials?: { readonly user: string; readonly password: string };
}

export type UrlPart = 'protocol' | 'host' | 'port' | 'user' | 'password';

export const urlParts: readonly UrlParts[] = [
  {
    setting: 'REDIS_URL',
    protocols: ['redis', 'rediss'],
    port: '6379',
    variables: { host: ['REDIS_SERVER'], port: ['REDIS_PORT'] },
  },
  {
    setting: 'AMQP_URL',
    protocols: ['amqp', 'amqps'],
    port: '5672',
    variables: {
      protocol: ['AMQP_PROTOCOL'],
      host: ['AMQP_SERVER'],
      port: ['AMQP_PORT'],
      user: ['AMQP_USERNAME', 'RABBITMQ_USERNAME'],
      password: ['AMQP_PASSWORD', 'RABBITMQ_PASSWORD'],
    },
    credentials: { user: 'guest', password: 'guest' },
  },
];

/** Every variable that is a part of a URL. */
export const urlPartNames: readonly string[] = urlParts.flatMap(({ variables }) =>
  Object.values(variables).flat(),
);
