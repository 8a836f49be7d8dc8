import { randomBytes } from 'node:crypto';

/**
 * Creates an id of an engine.io session: `<worker>.<random>`, from which every worker can derive the owner. The primary
 * never reuses the number of a worker, so the sessions of a dead worker have no owner.
 */
export function newSessionId(worker: number): string {
  return `${worker}.${randomBytes(15).toString('base64url')}`;
}

/** The worker that created the session that a request names; null if the request names no session. */
export function workerOfSession(requestUrl: string, pathname: string): number | null {
  const base = 'http://localhost';
  if (!URL.canParse(requestUrl, base)) return null;
  const url = new URL(requestUrl, base);
  if (!url.pathname.startsWith(pathname)) return null;
  // engine.io uses the last one as well.
  const sid = url.searchParams.getAll('sid').at(-1) ?? '';
  const [, worker] = /^(\d{1,15})\./.exec(sid) ?? [];
  return worker === undefined ? null : Number(worker);
}
