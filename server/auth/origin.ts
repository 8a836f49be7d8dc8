/**
 * Whether a browser says that the page behind a request or a socket came from somewhere else than this server.
 * Browsers send `Origin` with everything that changes state, and with every WebSocket; programs send none.
 * The scheme is not compared: behind a proxy that ends TLS, the server may not know which one the browser used.
 *
 * @param origin the `Origin` header, if there is one
 * @param host the host and port that the browser asked for (`Host`, or what a trusted proxy forwards)
 */
export function isCrossOrigin(origin: string | undefined, host: string | undefined): boolean {
  if (origin === undefined) return false;
  if (host === undefined || !URL.canParse(origin)) return true; // such as `Origin: null`, of a sandboxed frame
  const page = new URL(origin);
  const here = `${page.protocol}//${host}`;
  return !URL.canParse(here) || new URL(here).host !== page.host || page.host === '';
}
