/**
 * Whether a request or socket was opened by a page of another origin. Browsers send `Origin` with every request that
 * changes state and with every WebSocket; other programs do not. The scheme is not compared: behind a proxy that
 * terminates TLS, the server may not know the scheme that the browser used.
 *
 * @param origin the `Origin` header, if there is one
 * @param host host and port of the request (`Host`, or `X-Forwarded-Host` of a trusted proxy)
 */
export function isCrossOrigin(origin: string | undefined, host: string | undefined): boolean {
  if (origin === undefined) return false;
  if (host === undefined || !URL.canParse(origin)) return true; // such as `Origin: null`, of a sandboxed frame
  const page = new URL(origin);
  const here = `${page.protocol}//${host}`;
  return !URL.canParse(here) || new URL(here).host !== page.host || page.host === '';
}
