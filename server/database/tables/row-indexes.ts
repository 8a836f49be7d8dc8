import { r, type Term } from '../connection/reql.js';

// Rows written by hand may have their names in the primary key alone.
const nameOfRoom = (row: Term) => row('name').default(row('id'));
const roomOf = (row: Term) => r.branch(row('id').typeOf().eq('ARRAY'), row('id').nth(0), row('room'));
const userOf = (row: Term) => r.branch(row('id').typeOf().eq('ARRAY'), row('id').nth(1), row('id_user'));

/** The index of users, and of created rooms, by what their names look like: see text/name-key.ts. */
export const NAME_INDEX = {
  name: 'name_key',
  definition: (row: Term) => row('name_key'),
  options: { multi: true },
};

/** Secondary indexes of `rooms`. */
export const ROOM_INDEXES: Record<string, (row: Term) => Term> = {
  name: nameOfRoom,
  created: (row) => row('created'),
};

/** Secondary indexes of `memberships`. */
export const MEMBERSHIP_INDEXES: Record<string, (row: Term) => Term> = {
  id_user: userOf,
  room_user: (row) => r.expr([roomOf(row), userOf(row)]),
  room_joined: (row) => r.expr([roomOf(row), row('joined').default(r.epochTime(0)), userOf(row)]),
};
