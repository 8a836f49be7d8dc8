/** Somebody in a room, with all of his tabs. */
export interface PresentPerson {
  id_user: string;
  name: string;
  tabs: number;
  isSelf: boolean;
}

/** Sockets in a room as the people who have them: the reader first, the others by name. */
export function presentPeople(
  sockets: Iterable<{ id_user: string; name: string }>,
  self: string | null,
): PresentPerson[] {
  const people = new Map<string, PresentPerson>();
  for (const { id_user, name } of sockets) {
    const person = people.get(id_user) ?? { id_user, name, tabs: 0, isSelf: id_user === self };
    people.set(id_user, { ...person, name, tabs: person.tabs + 1 });
  }
  return [...people.values()].sort(
    (a, b) =>
      Number(b.isSelf) - Number(a.isSelf) || a.name.localeCompare(b.name) || (a.id_user < b.id_user ? -1 : 1),
  );
}

/** Said where other processes cannot be asked. */
export const PARTIAL = 'Not every server can be asked at the moment: people may be missing here.';
