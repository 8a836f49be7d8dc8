import type { RequestHandler } from 'express';
import helmet from 'helmet';

const baseline = helmet({
  contentSecurityPolicy: false,
  strictTransportSecurity: false,
  xFrameOptions: { action: 'deny' },
  // With 'no-referrer', browsers send `Origin: null` with the page's own forms.
  referrerPolicy: { policy: 'same-origin' },
});

const transportSecurity = helmet.strictTransportSecurity({ includeSubDomains: false });

/**
 * Headers of every page. Scripts and styles load from this server only and are never inline, and Trusted Types keep texts
 * from becoming markup.
 */
export const securityHeaders: RequestHandler = (req, res, next) => {
  res.set('Content-Security-Policy', contentSecurityPolicy(req.host));
  baseline(req, res, (error) => {
    // Not over plain HTTP, where browsers ignore it.
    if (error || !req.secure) next(error);
    else transportSecurity(req, res, next);
  });
};

/** @param host of the request; named for WebSockets because Safari applies 'self' to http only */
export function contentSecurityPolicy(host: string | undefined): string {
  const sockets = host && /^[\w.:[\]-]+$/.test(host) ? ` ws://${host} wss://${host}` : '';
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "manifest-src 'self'",
    `connect-src 'self'${sockets}`,
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');
}
