/** First segments of the server's own addresses. They are not names of rooms in `/:room/users`. */
export const OWN_SEGMENTS: ReadonlySet<string> = new Set([
  'api',
  'healthz',
  'i',
  'icons',
  'metrics',
  'name',
  'offline',
  'primus',
  'r',
  'readyz',
  'rooms',
  'service-worker.js',
  'settings',
  'static',
  'ui',
]);

/** Whether pages of ALLOWED_ORIGINS may use an address: the API and the health of the server, but not its pages. */
export function isSharedPath(path: string): boolean {
  const [, first = '', second, ...rest] = path.toLowerCase().split('/');
  if (first === 'api') return true;
  if (first === 'healthz' || first === 'readyz') return second === undefined;
  const isLast = rest.length === 0 || (rest.length === 1 && rest[0] === '');
  return second === 'users' && isLast && !OWN_SEGMENTS.has(first);
}
