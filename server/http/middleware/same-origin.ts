import type { RequestHandler } from 'express';
import { isCrossOrigin } from '../../auth/origin.js';
import { ChatError } from '../../protocol/errors.js';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Refuses state-changing requests of pages of other sites, with which the browser sends our cookie. Reads need no check:
 * without CORS headers, pages of other sites cannot see the response.
 */
export const sameOrigin: RequestHandler = (req, _res, next) => {
  if (!SAFE_METHODS.has(req.method) && isCrossOrigin(req.get('origin'), req.host)) {
    throw new ChatError('bad-origin', 'pages of other sites cannot change data of this server', {
      field: 'Origin',
    });
  }
  next();
};
