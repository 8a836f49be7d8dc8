import { ChatError } from '../../protocol/errors.js';

/** In characters. A room name of 64 characters, percent-encoded, has up to 768. */
export const MAX_RETURN_PATH_LENGTH = 1_000;

/** Visible ASCII without the backslash, which browsers treat as a slash. */
const PATH = /^\/[\x21-\x5b\x5d-\x7e]*$/;
/** Pages that would lead back here. */
const LOGIN_PAGES = /^\/(?:login|logout|signed-out)(?:[/?#]|$)/i;

/**
 * The address of a page to return to after the login: a path of this server with its query. Refuses whatever a browser or
 * a proxy could resolve to another host, such as `//host`, `/\host`, `/%2fhost` and `/.//host`.
 * @throws ChatError `bad-request`
 */
export function returnPath(value: unknown): string {
  if (value === undefined || value === '') return '/';
  if (typeof value !== 'string') throw refused('must be given once');
  if (value.length > MAX_RETURN_PATH_LENGTH)
    throw refused(`may have ${MAX_RETURN_PATH_LENGTH} characters`, MAX_RETURN_PATH_LENGTH);
  if (!PATH.test(value) || !isOwnPath(value))
    throw refused('must be a path of this server, such as /r/lobby');
  return LOGIN_PAGES.test(value) ? '/' : value;
}

function isOwnPath(path: string): boolean {
  const base = 'http://own.invalid';
  if (!URL.canParse(path, base)) return false;
  const { origin, pathname } = new URL(path, base);
  return origin === base && !/^\/(?:\/|\\|%2f|%5c|%25)/i.test(pathname);
}

function refused(rule: string, limit?: number): ChatError {
  return new ChatError('bad-request', `return ${rule}`, { field: 'return', limit });
}
