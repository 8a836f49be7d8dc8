import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Request } from 'express';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import type { AuthConfig } from '../../config/auth-config.js';
import { ROOT } from '../../runtime/project-root.js';
import type { Log } from '../../telemetry/logger.js';
import { docsPage } from '../openapi/docs-page.js';
import { type OpenApi, servedAt } from '../openapi/document.js';
import { type Endpoint, endpoint } from '../openapi/endpoint.js';
import { operation } from '../openapi/operation.js';
import { requestFile } from '../openapi/request-file.js';
import { readAssets } from '../pages/assets.js';

export interface DocsDependencies {
  log: Log;
  authMode: AuthConfig['mode'];
}

const about = { method: 'get', tag: 'About', access: 'public' } as const;

const getDocument = operation({
  ...about,
  id: 'getDocument',
  path: '/api/openapi.json',
  summary: 'This API as OpenAPI 3.1',
  responses: { 200: { description: 'The document', schema: z.looseObject({ openapi: z.literal('3.1.0') }) } },
});

const getRequests = operation({
  ...about,
  id: 'getRequests',
  path: '/api/requests.http',
  summary: 'This API as a file of requests',
  description:
    'For HTTP clients of editors: REST Client of Visual Studio Code, JetBrains, httpYac. Postman, Insomnia and Bruno import `/api/openapi.json`.',
  responses: { 200: { description: 'One request for each operation', type: 'text/plain' } },
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
export function docsEndpoints({ log, authMode }: DocsDependencies, document: () => OpenApi): Endpoint[] {
  return [
    endpoint(getDocument, (_input, req, res) => {
      res.set('Cache-Control', 'no-cache').json(servedAt(document(), originOf(req)));
    }),

    endpoint(getRequests, (_input, req, res) => {
      const message = uuidv7();
      const file = requestFile(document(), {
        origin: originOf(req),
        variables: { message, pin: message },
        hasTokens: authMode !== 'guest',
        undoing: ['deleteMessage', 'leaveRoom'],
      });
      res.set('Cache-Control', 'no-store').type('text/plain').send(file);
    }),

    endpoint(getDocs, (_input, req, res) => {
      const page = docsPage(document(), originOf(req));
      res.set('Cache-Control', 'no-cache').render('docs', { ...page, assets: readAssets(log) });
    }),

    endpoint(getErrors, (_input, _req, res) => {
      // Plain text, because browsers do not display Markdown.
      res.type('text/plain').sendFile(path.join(ROOT, 'docs', 'errors.md'));
    }),
  ];
}

/** The address of this server, as the sender of a request reaches it. */
const originOf = ({ protocol, host }: Request) => `${protocol}://${host}`;

const packageSchema = z.object({ version: z.string() });

/** The version of this server, from package.json. */
export function serverVersion(): string {
  return packageSchema.parse(JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8'))).version;
}
