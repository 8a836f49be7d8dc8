import type { ServerFrame } from './frames.js';

/** The users who type in a room. Each indicator ends after the time that the server names, or with a message. */
export class TypingUsers {
  readonly #users = new Map<string, { name: string; until: number }>();

  /** Names of the users who type now. */
  names(now: number): string[] {
    for (const [id_user, { until }] of this.#users) if (until <= now) this.#users.delete(id_user);
    return [...this.#users.values()].map(({ name }) => name);
  }

  receive({ user, forMs }: ServerFrame<'userTyping'>, now: number): void {
    this.#users.set(user.id_user, { name: user.name, until: now + forMs });
  }

  rename({ id_user, name }: ServerFrame<'identityChanged'>['user']): void {
    const typing = this.#users.get(id_user);
    if (typing) typing.name = name;
  }

  /** A message of the user arrived, which ends the indicator. */
  end(id_user: string | null): void {
    if (id_user !== null) this.#users.delete(id_user);
  }

  /** The connection is lost. */
  clear(): void {
    this.#users.clear();
  }
}
