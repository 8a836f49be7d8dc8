import path from 'node:path';
import { Router } from 'express';
import type { Config } from '../../config/config.js';
import { ROOT } from '../../runtime/project-root.js';
import { onlyMethods } from '../middleware/problems.js';
import type { Visitors } from '../visitors.js';
import { BUILD_FOLDER } from './assets.js';
import { pageVisitor } from './page-visitor.js';

export interface OfflineDependencies {
  config: Pick<Config, 'serviceWorker'>;
  visitors: Visitors;
}

const WORKER = path.join(BUILD_FOLDER, 'service-worker.js');
/** Takes the place of the service worker where it is switched off, and removes it from browsers. */
const RETIRED_WORKER = path.join(ROOT, 'static/worker/retired-worker.js');

/** The service worker, and the page that it shows without a network. */
export function offlineRouter({ config, visitors }: OfflineDependencies): Router {
  const router = Router();
  router
    .route('/service-worker.js')
    .get((_req, res) => {
      // In the root, so that it is in charge of all pages. Without a cache, so that an update reaches browsers at their next visit.
      res.sendFile(config.serviceWorker ? WORKER : RETIRED_WORKER, {
        headers: { 'Cache-Control': 'no-cache' },
        cacheControl: false,
      });
    })
    .all(onlyMethods('GET'));
  router
    .route('/offline')
    .get(async (req, res) => {
      await pageVisitor(visitors, req, res, false);
      res.set('Cache-Control', 'private, no-cache').render('offline');
    })
    .all(onlyMethods('GET'));
  return router;
}
