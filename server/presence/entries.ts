import type { PresenceCount, PresenceEntry } from '../protocol/presence.js';

/** By user, then by socket: the same order in every process. @returns a new array */
export function inOrder(entries: Iterable<PresenceEntry>): PresenceEntry[] {
  return [...entries].sort((a, b) => compare(a.id_user, b.id_user) || compare(a.id_socket, b.id_socket));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Counts each socket and each user once. */
export function countOf(entries: Iterable<PresenceEntry>): PresenceCount {
  const sockets = new Set<string>();
  const users = new Set<string>();
  for (const { id_socket, id_user } of entries) {
    sockets.add(id_socket);
    users.add(id_user);
  }
  return { sockets: sockets.size, users: users.size };
}

export function isSameEntry(a: PresenceEntry | undefined, b: PresenceEntry | undefined): boolean {
  return a?.id_socket === b?.id_socket && a?.id_user === b?.id_user && a?.name === b?.name;
}

/** Counts of every room, and of all rooms together. */
export function summaryOf(
  rooms: ReadonlyMap<string, readonly PresenceEntry[]>,
): PresenceCount & { rooms: Record<string, PresenceCount> } {
  const present = [...rooms].filter(([, entries]) => entries.length > 0).sort(([a], [b]) => compare(a, b));
  return {
    ...countOf(present.flatMap(([, entries]) => entries)),
    rooms: Object.fromEntries(present.map(([room, entries]) => [room, countOf(entries)])),
  };
}

/** Ids of the users of some rooms. */
export function usersIn(rooms: Iterable<readonly PresenceEntry[]>): Set<string> {
  const users = new Set<string>();
  for (const entries of rooms) for (const { id_user } of entries) users.add(id_user);
  return users;
}
