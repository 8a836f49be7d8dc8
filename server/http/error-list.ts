import path from 'node:path';
import { Router } from 'express';
import { ROOT } from '../root.js';
import { onlyMethods } from './problems.js';

/** `/errors`: what each error code means, where the `type` of every problem points to. */
export function errorListRouter(): Router {
  const router = Router();
  router
    .route('/errors')
    // As plain text, since browsers do not show Markdown.
    .get((_req, res) => {
      res.type('text/plain').sendFile(path.join(ROOT, 'docs', 'errors.md'));
    })
    .all(onlyMethods('GET'));
  return router;
}
