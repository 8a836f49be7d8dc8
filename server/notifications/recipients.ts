import type { MembershipTable } from '../database/tables/membership-table.js';
import type { SettingsTable } from '../database/tables/settings-table.js';
import { mentionedUsers } from '../protocol/mentions.js';
import { comparePositions, type Message } from '../protocol/message.js';
import { isNotifying } from '../protocol/notifications.js';
import type { Followers } from './followers.js';

export interface RecipientsDependencies {
  followers: Pick<Followers, 'isSubscriber' | 'of'>;
  memberships: Pick<MembershipTable, 'get'>;
  settings: Pick<SettingsTable, 'get'>;
  now: () => number;
}

export interface Recipient {
  id_user: string;
  isMention: boolean;
}

/** Determines which users a message notifies, among those with a push subscription. */
export class Recipients {
  readonly #dependencies: RecipientsDependencies;

  constructor(dependencies: RecipientsDependencies) {
    this.#dependencies = dependencies;
  }

  /** @throws ChatError `database-unavailable` */
  async of(message: Message): Promise<Recipient[]> {
    const { followers } = this.#dependencies;
    if (message.kind === 'system') return [];
    const follow = await followers.of(message.room);
    const mentioned = mentionedUsers(message.body).filter((id_user) => followers.isSubscriber(id_user));
    const mentions = new Set(mentioned);
    const recipients: Recipient[] = [];
    for (const id_user of new Set([...mentioned, ...follow])) {
      const recipient = { id_user, isMention: mentions.has(id_user) };
      if (await this.isNotified(recipient, message)) recipients.push(recipient);
    }
    return recipients;
  }

  /** Whether a message still notifies a user, who may have read it. @throws ChatError `database-unavailable` */
  async isNotified({ id_user, isMention }: Recipient, message: Message): Promise<boolean> {
    const { memberships, settings, now } = this.#dependencies;
    const membership = await memberships.get(message.room, id_user);
    if (membership?.read && comparePositions(membership.read, message) >= 0) return false;
    const { notifications } = await settings.get(id_user);
    const isOwn = message.author.id_user === id_user;
    const notifying = { room: message.room, isFollowed: membership !== undefined, isMention, isOwn };
    return isNotifying(notifications, notifying, now());
  }
}
