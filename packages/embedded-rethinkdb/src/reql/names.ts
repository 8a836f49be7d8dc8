import { logicError } from '../values/reql-error.js';

/** A name of a database or table; a LOGIC error for what cannot be one. */
export function checkName(what: string, name: string): string {
  if (/^[A-Za-z0-9_-]+$/.test(name)) return name;
  throw logicError(`${what} name \`${name}\` invalid (Use A-Z, a-z, 0-9, _ and - only).`);
}
