import { t } from '../texts/text.js';
/** A person in a room, with the number of tabs that show it. */
export interface PresentPerson {
  id_user: string;
  name: string;
  tabs: number;
  isSelf: boolean;
}

/** The people behind the sockets of a room: the reader first, the others by name. */
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

/** Label of the button that opens the list of people. */
export const peopleLabel = (count: number) => t('people.count', { count });

/** Shown when the presence of other processes is not known. */
export const partialNote = () => t('people.partial');
