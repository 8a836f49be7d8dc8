import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../../runtime/project-root.js';
import type { Log } from '../../telemetry/logger.js';
import { docsPage } from '../openapi/docs-page.js';
import type { OpenApi } from '../openapi/document.js';
import { type Endpoint, endpoint } from '../openapi/serve.js';
import { readAssets } from '../pages/assets.js';
import { getDocs, getDocument, getErrors } from './operations/about.js';

export interface DocsDependencies {
  log: Log;
}

/** The version of this server, as package.json says it. */
export function version(): string {
  return (JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as { version: string }).version;
}

/** This API to read: for programs, for people; and what each error code means, where every problem's `type` points. */
export function docsEndpoints({ log }: DocsDependencies, document: () => OpenApi): Endpoint[] {
  return [
    endpoint(getDocument, (_input, _req, res) => {
      res.set('Cache-Control', 'no-cache').json(document());
    }),

    endpoint(getDocs, (_input, req, res) => {
      const page = docsPage(document(), `${req.protocol}://${req.host}`);
      res.set('Cache-Control', 'no-cache').render('docs', { ...page, assets: readAssets(log) });
    }),

    endpoint(getErrors, (_input, _req, res) => {
      // As plain text, since browsers do not show Markdown.
      res.type('text/plain').sendFile(path.join(ROOT, 'docs', 'errors.md'));
    }),
  ];
}
