import type { IncomingMessage } from 'node:http';

/**
 * The target of a request in origin form (RFC 9112, 3.2.1): a path with an optional query, which all parsers interpret
 * alike. They differ for other targets: some read `//host` as a path and some as a host, and Node's legacy `url.parse`,
 * which Primus calls, throws for `//a@[`.
 *
 * The absolute form is converted if its host equals the header `Host`, so that all parts of the server see the same host.
 * @returns null for every other target
 */
export function originForm({ url = '', headers }: Pick<IncomingMessage, 'url' | 'headers'>): string | null {
  if (url.startsWith('/'))
    return /^\/(?![/\\])/.test(url) && URL.canParse(`http://localhost${url}`) ? url : null;
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url)) return null;
  const { protocol, host, username, password, pathname, search } = new URL(url);
  const here = `${protocol}//${headers.host}`;
  const isHere = headers.host !== undefined && URL.canParse(here) && new URL(here).host === host;
  const isUsable = isHere && username === '' && password === '' && !pathname.startsWith('//');
  return isUsable ? pathname + search : null;
}

/** The path of a target in origin form, without its query. */
export function pathOf(target: string): string {
  return target.split('?', 1)[0]!;
}
