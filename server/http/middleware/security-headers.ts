import type { RequestHandler } from 'express';
import helmet from 'helmet';

const baseline = helmet({
  contentSecurityPolicy: false,
  strictTransportSecurity: false,
  xFrameOptions: { action: 'deny' },
  // With 'no-referrer' browsers would send `Origin: null` with our own forms.
  referrerPolicy: { policy: 'same-origin' },
});

const transportSecurity = helmet.strictTransportSecurity({ includeSubDomains: false });

/**
 * Headers of every page. Scripts and styles come from here and nowhere else, none stand in the page itself, and no
 * text can become markup (trusted types), so that what somebody writes stays text.
 */
export const securityHeaders: RequestHandler = (req, res, next) => {
  res.set('Content-Security-Policy', contentSecurityPolicy(req.host));
  baseline(req, res, (error) => {
    // Sent over plain HTTP it would be ignored, and shut out whoever tries the server on localhost.
    if (error || !req.secure) next(error);
    else transportSecurity(req, res, next);
  });
};

/** @param host as the browser asked for it; Safari takes 'self' for http alone, so that sockets are named too. */
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
