import { createHash } from 'node:crypto';
import { ChatError } from '../../protocol/errors.js';
import { LIMITS } from '../../protocol/message.js';
import { nameKeys } from '../../protocol/text/name-key.js';

/** Lengths of a mark, in hexadecimal digits: the shortest that no other user of the name has. */
export const MARK_LENGTHS = [4, 6, 8] as const;

/** A mark after `nameKeys`, which turns 0 into o and 1 into l. */
const MARK_PATTERN = /\s[#♯]\s?[2-9a-flo]{4,8}$/u;
const GUEST_NAME_PATTERN = /^guest ?[2-9lo]{4}$/u;

/** Distinguishes a user from others of the same name: the first digits of a hash of the id. */
export function markOf(id_user: string, length: number): string {
  return createHash('sha256').update(id_user).digest('hex').slice(0, length);
}

/** A name with its mark, `Mia #5f1c`, cut so that it is not longer than a name may be. */
export function markedName(name: string, mark: string): string {
  const end = ` #${mark}`;
  const characters = [...name];
  return `${characters.length + end.length > LIMITS.name ? characters.slice(0, LIMITS.name - end.length).join('') : name}${end}`;
}

/** A name without the user's own mark, as a form sends it back. */
export function withoutOwnMark(name: string, id_user: string): string {
  const mark = MARK_LENGTHS.map((length) => ` #${markOf(id_user, length)}`).find((end) => name.endsWith(end));
  return mark === undefined ? name : name.slice(0, -mark.length).trimEnd();
}

/** Whether the server gives names of this form to new guests. */
export const isGuestName = (name: string): boolean =>
  nameKeys(name).some((key) => GUEST_NAME_PATTERN.test(key));

/** @throws ChatError `bad-name` for a name that only the server gives */
export function refuseReserved(name: string): void {
  const keys = nameKeys(name);
  if (isGuestName(name))
    throw new ChatError('bad-name', 'names like Guest 1234 are given by the server', { field: 'name' });
  if (keys.some((key) => MARK_PATTERN.test(key)))
    throw new ChatError('bad-name', 'a name cannot end like the mark that the server gives, #5f1c', {
      field: 'name',
    });
}
