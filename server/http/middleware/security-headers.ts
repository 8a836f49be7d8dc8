import type { Request, RequestHandler, Response } from 'express';
import helmet from 'helmet';

const baseline = helmet({
  contentSecurityPolicy: false,
  strictTransportSecurity: false,
  // Only over https: elsewhere browsers ignore it, and log an error for each page.
  crossOriginOpenerPolicy: false,
  xFrameOptions: { action: 'deny' },
  // With 'no-referrer', browsers send `Origin: null` with the page's own forms.
  referrerPolicy: { policy: 'same-origin' },
});

const transportSecurity = helmet.strictTransportSecurity({ includeSubDomains: false });
const openerPolicy = helmet.crossOriginOpenerPolicy();

/**
 * Headers of every page. Scripts and styles load from this server only and are never inline, and Trusted Types keep texts
 * from becoming markup.
 */
export const securityHeaders: RequestHandler = (req, res, next) => {
  res.set('Content-Security-Policy', contentSecurityPolicy(req.host));
  baseline(req, res, (error) => {
    // Not over plain HTTP, where browsers ignore both.
    if (error || !req.secure) return next(error);
    openerPolicy(req, res, () => transportSecurity(req, res, next));
  });
};

/** Lets pages of this server show the response in a frame. */
export function allowOwnFrames(req: Request, res: Response): void {
  res
    .set('Content-Security-Policy', contentSecurityPolicy(req.host, "'self'"))
    .set('X-Frame-Options', 'SAMEORIGIN');
}

/**
 * @param host of the request; named for WebSockets because Safari applies 'self' to http only
 * @param ancestors the pages that may show the response in a frame
 */
export function contentSecurityPolicy(host: string | undefined, ancestors = "'none'"): string {
  const sockets = host && /^[\w.:[\]-]+$/.test(host) ? ` ws://${host} wss://${host}` : '';
  return [
    "default-src 'none'",
    "script-src 'self'",
    "worker-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "manifest-src 'self'",
    `connect-src 'self'${sockets}`,
    "form-action 'self'",
    "base-uri 'none'",
    "frame-src 'self'",
    `frame-ancestors ${ancestors}`,
    "require-trusted-types-for 'script'",
    // For the address of the service worker (static/client/offline/worker-registration.ts).
    'trusted-types service-worker',
  ].join('; ');
}
