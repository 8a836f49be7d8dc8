import type { SettingName } from './settings.js';

/** The headings of the documents: each group begins with the setting that it names. */
export const groups: readonly { readonly title: string; readonly first: SettingName }[] = [
  { title: 'Server', first: 'PORT' },
  { title: 'Database', first: 'RETHINKDB_URL' },
  { title: 'Embedded database', first: 'EMBEDDED_PORT' },
  { title: 'Authentication', first: 'SESSION_SECRET' },
  { title: 'Presence and metrics', first: 'PRESENCE_SUMMARY_TOKEN' },
  { title: 'Redis', first: 'REDIS_URL' },
  { title: 'Bots', first: 'AMQP_URL' },
  { title: 'Limits', first: 'LIMIT_MESSAGES' },
  { title: 'Files', first: 'FILE_LIMIT' },
  { title: 'Notifications', first: 'VAPID_PUBLIC_KEY' },
  { title: 'Hosts and proxies', first: 'ALLOWED_HOSTS' },
];
