import { randomUUID } from 'node:crypto';
import type { RequestHandler } from 'express';
import type { Log } from '../../telemetry/logger.js';

/** What a proxy in front may have given; anything else could smuggle things into the log. */
const ID = /^[\w.:-]{1,64}$/;

/**
 * Gives each request an id (or keeps the one that a proxy gave), tells it in the answer as `X-Request-Id`, and logs
 * the request when it has been answered: at level `debug`, what went wrong in the server at level `warn`. Addresses
 * are logged without their query, which may hold what is nobody's business.
 */
export function requestLog(log: Log): RequestHandler {
  return (req, res, next) => {
    const given = req.get('x-request-id');
    const requestId = given && ID.test(given) ? given : randomUUID();
    const begin = performance.now();
    res.locals.requestId = requestId;
    res.set('X-Request-Id', requestId);
    res.on('close', () => {
      const { statusCode: status } = res;
      const line = {
        requestId,
        method: req.method,
        path: req.path,
        status,
        ms: Math.round(performance.now() - begin),
      };
      if (status >= 500) log.warn(line, 'http: request');
      else log.debug(line, 'http: request');
    });
    next();
  };
}
