import { randomBytes } from 'node:crypto';

/**
 * Ids of engine.io sessions: `<worker>.<random>`, so that whose a session is stands in its id. The number of a worker
 * is not given to another one in the primary's life, so sessions of a dead worker are nobody's.
 */
export function newSessionId(worker: number): string {
  return `${worker}.${randomBytes(15).toString('base64url')}`;
}

/** The worker that has, or had, the session a request names. Null where it names none. */
export function workerOfSession(requestUrl: string, pathname: string): number | null {
  const base = 'http://localhost';
  if (!URL.canParse(requestUrl, base)) return null;
  const url = new URL(requestUrl, base);
  if (!url.pathname.startsWith(pathname)) return null;
  // The last of several, as engine.io takes it.
  const sid = url.searchParams.getAll('sid').at(-1) ?? '';
  const [, worker] = /^(\d{1,15})\./.exec(sid) ?? [];
  return worker === undefined ? null : Number(worker);
}
