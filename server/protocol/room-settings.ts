import { ChatError, type ErrorCode } from './errors.js';
import { ACCESS, type RoomAccess } from './room.js';

/** Validates the access of a room; `open` if it is missing. @throws ChatError `bad-access` */
export function cleanAccess(value: unknown): RoomAccess {
  return value === undefined ? 'open' : cleanChoice(value, ACCESS, 'access', 'bad-access');
}

/** @throws ChatError with `code` for a value that is not among the choices */
export function cleanChoice<T extends string>(
  value: unknown,
  choices: readonly T[],
  field: string,
  code: ErrorCode = 'bad-setting',
): T {
  const choice = choices.find((one) => one === value);
  if (choice !== undefined) return choice;
  throw new ChatError(code, `${field} must be one of ${choices.join(', ')}`, { field });
}
