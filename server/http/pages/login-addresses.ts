import type { Request } from 'express';
import { returnPath } from '../../auth/login/return-path.js';
import { ChatError } from '../../protocol/errors.js';

/** The page that is shown after signing out. */
export const SIGNED_OUT_PATH = '/signed-out';

/** The origin that the browser uses, as far as the proxies report it. */
export const originOf = ({ protocol, host }: Request): string => `${protocol}://${host}`;

/** The redirect URI at an identity provider. */
export const callbackUrl = (req: Request): string => `${originOf(req)}/login/callback`;

/** The address of a login page, with parameters for the way back. */
export function loginPageUrl(
  pageUrl: string,
  { state, path }: { state: string; path: string },
  req: Request,
): string {
  const url = new URL(pageUrl);
  url.searchParams.set('return', `${originOf(req)}${path}`);
  url.searchParams.set('callback', `${originOf(req)}/login/token`);
  url.searchParams.set('state', state);
  return url.href;
}

/** The address that begins a login and returns to a page. */
export const loginPath = (page: string): string => `/login?return=${encodeURIComponent(page)}`;

/** The page to return to after a request that needs a login. Forms lead back to the page that has them. */
export function requestedPage({ method, originalUrl }: Pick<Request, 'method' | 'originalUrl'>): string {
  const isRead = method === 'GET' || method === 'HEAD';
  const path = isRead ? originalUrl : originalUrl.replace(/\/(?:join|leave)(?=$|\?)/, '');
  const isPage = isRead || path.startsWith('/r/');
  try {
    return isPage ? returnPath(path) : '/';
  } catch (error) {
    if (error instanceof ChatError) return '/';
    throw error;
  }
}
