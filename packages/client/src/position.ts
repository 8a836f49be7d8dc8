// Copied from server/protocol/position.ts by `npm run docs:protocol`: do not edit.
/** The position of a message in its room: rooms are ordered by time, then by id. */
interface Position {
  sent: number;
  id: string;
}

/** Negative if `a` is before `b`. Ids are compared as the database compares them, by their UTF-8 bytes. */
export function comparePositions(a: Position, b: Position): number {
  if (a.sent !== b.sent) return a.sent - b.sent;
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}
