import type { AccessControl } from '../access/access-control.js';
import type { MessageScan } from '../database/tables/message-scan.js';
import type { PushSubscription, PushSubscriptionTable } from '../database/tables/push-subscription-table.js';
import type { SettingsTable } from '../database/tables/settings-table.js';
import type { UserTable } from '../database/tables/user-table.js';
import { reasonOf } from '../lib/error-reason.js';
import type { Presence } from '../presence/presence.js';
import { toChatError } from '../protocol/errors.js';
import { mentionedUsers } from '../protocol/mentions.js';
import type { Message } from '../protocol/message.js';
import { diagnostics } from '../telemetry/diagnostics-channels.js';
import type { Log } from '../telemetry/logger.js';
import { type Announcement, pushPayload } from './push-payload.js';
import type { PendingPush, PushQueue } from './push-queue.js';
import type { PushSender } from './push-sender.js';
import type { Recipients } from './recipients.js';

/** The text of a notification, in a language of the pages or the default one. */
export type DescribeNews = (
  language: string | null,
  news: Omit<PendingPush, 'id_user'> & News,
) => Announcement;

/** The names that a text contains. */
export interface News {
  author: string;
  /** Of mentioned users, by id. */
  names: Record<string, string>;
}

export interface PusherDependencies {
  access: Pick<AccessControl, 'authorise'>;
  describe: DescribeNews;
  log: Log;
  messages: Pick<MessageScan, 'get'>;
  presence: Pick<Presence, 'presentUsers'>;
  queue: PushQueue;
  sender: Pick<PushSender, 'send'>;
  /** Whether the user could still use the page of the browser. */
  isAuthenticated: (subscription: PushSubscription) => Promise<boolean>;
  settings: Pick<SettingsTable, 'get'>;
  subscriptions: Pick<PushSubscriptionTable, 'of' | 'remove'>;
  users: Pick<UserTable, 'namesOf'>;
}

/** Pushes the notifications of the queue to users without an open page, as far as they may still read the messages. */
export class Pusher {
  readonly #dependencies: PusherDependencies;
  readonly #pushing = new Set<Promise<void>>();

  constructor(dependencies: PusherDependencies) {
    this.#dependencies = dependencies;
  }

  /** Pushes what is due. Never rejects. */
  async flush(recipients: Pick<Recipients, 'isNotified'>): Promise<void> {
    const { queue, presence, messages, log } = this.#dependencies;
    const due = queue.take();
    if (due.length === 0) return;
    try {
      const [present, stored] = await Promise.all([
        presence.presentUsers(),
        messages.get([...new Set(due.map(({ message }) => message.id))]),
      ]);
      for (const pending of due) {
        const message = stored.get(pending.message.id);
        if (present.has(pending.id_user) || !message || message.room !== pending.room) queue.seen(pending);
        // Not awaited: the sender limits concurrency, and one push service must not delay the others.
        else this.#begin(this.#push({ ...pending, message }, recipients));
      }
    } catch (error) {
      this.#failed(error);
      log.warn({ reason: reasonOf(error), pushes: due.length }, 'push: notifications were lost');
    }
  }

  /** Resolves when the pushes in progress have ended. */
  async settled(): Promise<void> {
    await Promise.all(this.#pushing);
  }

  #begin(pushing: Promise<void>): void {
    this.#pushing.add(pushing);
    void pushing.finally(() => this.#pushing.delete(pushing));
  }

  async #push(pending: PendingPush, recipients: Pick<Recipients, 'isNotified'>): Promise<void> {
    const { access, queue, settings, subscriptions } = this.#dependencies;
    const { id_user, room, message } = pending;
    try {
      await access.authorise(room, id_user, 'read');
      if (!(await recipients.isNotified(pending, message))) return queue.seen(pending);
      const found = await this.#active(await subscriptions.of(id_user));
      if (found.length === 0) return;
      queue.pushed(pending);
      const { language } = await settings.get(id_user);
      const news = { ...pending, ...(await this.#namesFor(message)) };
      await Promise.all(
        found.map((each) => this.#send(each, news, language === 'auto' ? each.language : language)),
      );
    } catch (error) {
      this.#failed(error);
    }
  }

  /** Without the subscriptions of ended sessions, which are removed. */
  async #active(found: readonly PushSubscription[]): Promise<PushSubscription[]> {
    const { isAuthenticated, subscriptions } = this.#dependencies;
    const active: PushSubscription[] = [];
    for (const each of found) {
      if (await isAuthenticated(each)) active.push(each);
      else await subscriptions.remove([each.id]);
    }
    return active;
  }

  async #send(to: PushSubscription, news: PendingPush & News, language: string | null): Promise<void> {
    const { describe, sender, subscriptions } = this.#dependencies;
    const { payload, topic } = pushPayload(describe(language, news), news.message);
    const outcome = await sender.send(to, { payload, topic, isUrgent: news.isMention });
    diagnostics.pushed.publish({ outcome });
    if (outcome === 'gone') await subscriptions.remove([to.id]);
  }

  async #namesFor({ body, author }: Message): Promise<News> {
    const { id_user } = author;
    const ids = [...mentionedUsers(body), ...(id_user === null ? [] : [id_user])];
    const names = await this.#dependencies.users.namesOf(ids);
    return { names, author: (id_user !== null && names[id_user]) || author.name };
  }

  /** A user who lost access, or a database that is unavailable, which its connection logs. */
  #failed(error: unknown): void {
    const { code, message } = toChatError(error);
    if (code === 'internal')
      this.#dependencies.log.warn({ reason: reasonOf(error) }, 'push: unexpected error');
    else this.#dependencies.log.debug({ code, reason: message }, 'push: notification skipped');
  }
}
