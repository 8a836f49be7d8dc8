import type { AccessControl } from '../access/access-control.js';
import type { SecuredGuests } from '../auth/secured/secured-guests.js';
import type { Config } from '../config/config.js';
import type { Database } from '../database/connection/database.js';
import type { MembershipTable } from '../database/tables/membership-table.js';
import { MessageScan } from '../database/tables/message-scan.js';
import { PushLease } from '../database/tables/push-lease.js';
import { type PushSubscription, PushSubscriptionTable } from '../database/tables/push-subscription-table.js';
import type { SessionTable } from '../database/tables/session-table.js';
import type { SettingsTable } from '../database/tables/settings-table.js';
import type { UserTable } from '../database/tables/user-table.js';
import type { Presence } from '../presence/presence.js';
import type { Log } from '../telemetry/logger.js';
import { type EndpointPolicy, PUBLIC_ENDPOINTS } from './endpoint-policy.js';
import { PushNotifications } from './push-notifications.js';
import { PushQueue, type PushQueueOptions } from './push-queue.js';
import { PushSender } from './push-sender.js';
import { PushSubscriptions } from './push-subscriptions.js';
import { type DescribeNews, Pusher } from './pusher.js';
import { loadVapidKeys } from './vapid-keys.js';

export interface PushDependencies {
  access: AccessControl;
  config: Config;
  database: Database;
  describe: DescribeNews;
  log: Log;
  memberships: MembershipTable;
  presence: Presence;
  secured: Pick<SecuredGuests, 'isSecured'> | null;
  sessionTable: Pick<SessionTable, 'cache' | 'get'> | null;
  settings: SettingsTable;
  users: UserTable;
}

export interface PushOptions extends Partial<Omit<PushQueueOptions, 'now'>> {
  policy?: EndpointPolicy;
  /** Milliseconds between two attempts to take or renew the lease of the process that pushes. */
  renewMs?: number;
}

export interface Push {
  subscriptions: PushSubscriptions;
  start(): void;
  stop(): Promise<void>;
}

/**
 * Milliseconds after which a subscription of a token must be confirmed: without a session, the server does not learn that
 * the issuer has locked the user out.
 */
const TOKEN_SUBSCRIPTION_MS = 7 * 24 * 60 * 60_000;

/** Creates the parts that push notifications to browsers without an open page. */
export async function createPush(
  dependencies: PushDependencies,
  { policy = PUBLIC_ENDPOINTS, renewMs, ...options }: PushOptions = {},
): Promise<Push> {
  const { config, database, log, secured, sessionTable, users } = dependencies;
  const now = Date.now;
  const keys = await loadVapidKeys(config);
  const table = new PushSubscriptionTable(database, log);
  const subscriptions = new PushSubscriptions({ publicKey: keys?.publicKey ?? null, policy, table, now });
  if (keys === null) {
    log.debug('push: off, because VAPID_PUBLIC_KEY and VAPID_PRIVATE_KEY are not set');
    return { subscriptions, start: () => {}, stop: async () => {} };
  }
  /** Whether the user could still use the page of the browser. */
  const isAuthenticated = async ({ id_user, session, created }: PushSubscription): Promise<boolean> => {
    if (session !== null) return ((await sessionTable?.get(session))?.ends ?? 0) > now();
    if (config.auth.mode !== 'guest') return now() - created < TOKEN_SUBSCRIPTION_MS;
    return !(await secured?.isSecured(id_user));
  };
  const messages = new MessageScan(database, log);
  const queue = new PushQueue({ ...options, now });
  const sender = new PushSender({ keys, subject: config.push.subject, policy, log, now });
  const pusher = new Pusher({
    ...dependencies,
    messages,
    queue,
    sender,
    subscriptions: table,
    isAuthenticated,
  });
  const notifications = new PushNotifications({
    ...dependencies,
    lease: new PushLease(database),
    messages,
    queue,
    subscriptions: table,
    flush: (recipients) => pusher.flush(recipients),
    now,
    renewMs,
  });
  // One process is enough. A removal that fails is made up for when a push finds that the session has ended.
  const remove = (removal: () => Promise<void>) => {
    if (notifications.isActive) void removal().catch(() => {});
  };
  sessionTable?.cache.on('changed', (before, after) => {
    if (before && !after) remove(() => table.removeOfSession(before.id));
  });
  users.cache.on('changed', (before, after) => {
    if (before && !after) remove(() => table.removeOf(before.id_user, undefined));
  });
  return {
    subscriptions,
    start: () => notifications.start(),
    stop: async () => {
      await notifications.stop();
      await pusher.settled();
      sender.close();
    },
  };
}
