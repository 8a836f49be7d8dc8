import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { ROOT } from '../../runtime/project-root.js';
import type { Log } from '../../telemetry/logger.js';
import { docsPage } from '../openapi/docs-page.js';
import type { OpenApi } from '../openapi/document.js';
import { type Endpoint, endpoint } from '../openapi/endpoint.js';
import { operation } from '../openapi/operation.js';
import { readAssets } from '../pages/assets.js';

export interface DocsDependencies {
  log: Log;
}

const about = { method: 'get', tag: 'About', access: 'public' } as const;

const getDocument = operation({
  ...about,
  id: 'getDocument',
  path: '/api/openapi.json',
  summary: 'This API as OpenAPI 3.1',
  responses: { 200: { description: 'The document', schema: z.looseObject({ openapi: z.literal('3.1.0') }) } },
});

const getDocs = operation({
  ...about,
  id: 'getDocs',
  path: '/api/docs',
  summary: 'This API as a page',
  responses: { 200: { description: 'A page', type: 'text/html' } },
});

const getErrors = operation({
  ...about,
  id: 'getErrors',
  path: '/api/errors',
  summary: 'The error codes and their meaning',
  responses: { 200: { description: 'A text', type: 'text/plain' } },
});

/** Documentation of the API: for programs, for people, and of each error code, to which the `type` of problems points. */
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
      // Plain text, because browsers do not display Markdown.
      res.type('text/plain').sendFile(path.join(ROOT, 'docs', 'errors.md'));
    }),
  ];
}

const packageSchema = z.object({ version: z.string() });

/** The version of this server, from package.json. */
export function serverVersion(): string {
  return packageSchema.parse(JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8'))).version;
}
