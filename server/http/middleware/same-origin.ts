import type { RequestHandler } from 'express';
import { badOrigin, type OriginPolicy } from '../../auth/origin-policy.js';

/**
 * Refuses requests of pages of other origins, also of ALLOWED_ORIGINS, for the server's own pages and forms. Browsers send
 * `Origin` with every request that changes state and with every request whose response a script could read.
 */
export function sameOrigin(origins: OriginPolicy): RequestHandler {
  return (req, _res, next) => {
    if (origins.kindOf(req) !== 'own') throw badOrigin('pages of other origins may use the API only');
    next();
  };
}
