import { z } from 'zod';
import { operation } from '../../openapi/operation.js';

const about = { method: 'get', tag: 'About', for: 'everybody' } as const;

export const getDocument = operation({
  ...about,
  id: 'getDocument',
  path: '/api/openapi.json',
  summary: 'This API as OpenAPI 3.1',
  answers: { 200: { description: 'The document', schema: z.looseObject({ openapi: z.literal('3.1.0') }) } },
});

export const getDocs = operation({
  ...about,
  id: 'getDocs',
  path: '/api/docs',
  summary: 'This API to read',
  answers: { 200: { description: 'A page', type: 'text/html' } },
});

export const getErrors = operation({
  ...about,
  id: 'getErrors',
  path: '/api/errors',
  summary: 'What each error code means',
  answers: { 200: { description: 'A text', type: 'text/plain' } },
});
