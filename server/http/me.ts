import { Router } from 'express';
import { cleanName } from '../message.js';
import { onlyMethods } from './problems.js';
import { readFields, requestBody } from './request-body.js';
import type { Visitors } from './visitors.js';

/** Who the sender of a request is taken for: `{id_user, name}`. A name can be changed, an id cannot. */
export function meRouter(visitors: Visitors): Router {
  const router = Router();
  router
    .route('/me')
    .get(async (req, res) => {
      const identity = await visitors.visitor(req, res);
      res.set('Cache-Control', 'no-store').json(identity);
    })
    .put(requestBody, async (req, res) => {
      const name = cleanName(readFields(req, 'name').name);
      res.set('Cache-Control', 'no-store').json(await visitors.rename(req, res, name));
    })
    .all(onlyMethods('GET', 'PUT'));
  return router;
}
