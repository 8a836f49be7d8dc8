import { Router } from 'express';
import type { Guests } from '../auth/guest.js';
import { cleanName } from '../message.js';
import { onlyMethods } from './problems.js';
import { readFields, requestBody } from './request-body.js';
import { introduce, visitor } from './visitor.js';

/** Who the sender of a request is taken for: `{id_user, name}`. A name can be changed, an id cannot. */
export function meRouter(guests: Guests): Router {
  const router = Router();
  router
    .route('/me')
    .get((req, res) => {
      const identity = visitor(guests, req, res);
      res.set('Cache-Control', 'no-store').json(identity);
    })
    .put(requestBody, (req, res) => {
      const name = cleanName(readFields(req, 'name').name);
      const { id_user } = guests.identify(req.headers.cookie) ?? guests.newGuest();
      res.set('Cache-Control', 'no-store').json(introduce(guests, req, res, { id_user, name }));
    })
    .all(onlyMethods('GET', 'PUT'));
  return router;
}
