import type { Message, Reaction, ServerFrame } from './frames.js';

/** A reaction that the user has added or removed. */
interface Change {
  emoji: string;
  isAdded: boolean;
  /** The server has stored it. */
  isStored: boolean;
  /** The room has delivered reactions since: their number includes the change. */
  isDelivered: boolean;
}

/**
 * Reactions of the user that the room has not delivered yet, so that a view shows them at once. A message that many users
 * react to names only some of them; then the change is remembered.
 */
export class OwnReactions {
  readonly #changes = new Map<string, Map<string, Change>>();
  /** Keeps the identity of changed messages, so that views need not draw an unchanged message again. */
  #applied = new WeakMap<Message, Message>();

  /** Shows a change before it is stored. Rejects, and withdraws it, when `send` does. */
  async change(id: string, emoji: string, isAdded: boolean, send: () => Promise<void>): Promise<void> {
    const change = { emoji, isAdded, isStored: false, isDelivered: false };
    const changes = this.#changes.get(id) ?? new Map<string, Change>();
    this.#changes.set(id, changes.set(emoji, change));
    this.#applied = new WeakMap();
    try {
      await send();
      change.isStored = true;
    } catch (error) {
      if (changes.get(emoji) === change) changes.delete(emoji);
      this.#applied = new WeakMap();
      throw error;
    }
  }

  receive({ id, reactions }: ServerFrame<'annotationsChanged'>): void {
    const changes = this.#changes.get(id);
    if (!changes) return;
    for (const change of changes.values()) {
      const { count = 0, id_users = [] } = reactions.find(({ emoji }) => emoji === change.emoji) ?? {};
      if (change.isStored && count === id_users.length) changes.delete(change.emoji);
      change.isDelivered = change.isStored;
    }
    if (changes.size === 0) this.#changes.delete(id);
    this.#applied = new WeakMap();
  }

  /** The room has been read again: what was stored before is in it. */
  joined(): void {
    for (const changes of this.#changes.values())
      for (const change of changes.values()) change.isDelivered = change.isStored;
    this.#applied = new WeakMap();
  }

  /** @returns the message with the changes; the same object without any */
  apply(message: Message, id_user: string | null): Message {
    const changes = this.#changes.get(message.id);
    if (!changes || changes.size === 0 || id_user === null) return message;
    const known = this.#applied.get(message);
    if (known) return known;
    let reactions = message.reactions ?? [];
    for (const change of changes.values()) reactions = applied(reactions, change, id_user);
    const changed = { ...message, reactions };
    this.#applied.set(message, changed);
    return changed;
  }
}

function applied(
  reactions: readonly Reaction[],
  { emoji, isAdded, isDelivered }: Change,
  id_user: string,
): readonly Reaction[] {
  const present = reactions.find((one) => one.emoji === emoji);
  if (!present) return isAdded ? [...reactions, { emoji, count: 1, id_users: [id_user] }] : reactions;
  const isNamed = present.id_users.includes(id_user);
  if (isNamed === isAdded) return reactions;
  const difference = isDelivered ? 0 : isAdded ? 1 : -1;
  const others = present.id_users.filter((id) => id !== id_user);
  const changed = {
    emoji,
    count: present.count + difference,
    id_users: isAdded ? [id_user, ...others] : others,
  };
  return reactions.flatMap((one) => (one !== present ? one : changed.count > 0 ? changed : []));
}
