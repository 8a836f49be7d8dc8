import type { RequestHandler } from 'express';
import { isCrossOrigin } from '../../auth/origin.js';
import { ChatError } from '../../protocol/errors.js';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Refuses what changes state when a page of another site asks for it: the browser would send our cookie along.
 * Reading needs no such guard, as without CORS headers a foreign page does not get to see the answer.
 */
export const sameOrigin: RequestHandler = (req, _res, next) => {
  if (!SAFE_METHODS.has(req.method) && isCrossOrigin(req.get('origin'), req.host)) {
    throw new ChatError('bad-origin', 'Pages of another site may not change anything here', {
      field: 'Origin',
    });
  }
  next();
};
