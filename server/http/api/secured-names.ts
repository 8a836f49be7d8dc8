import { z } from 'zod';
import { nameIsGiven } from '../../auth/given-name.js';
import { time } from '../../protocol/entities.js';
import { type Endpoint, endpoint } from '../openapi/endpoint.js';
import { operation } from '../openapi/operation.js';
import type { SecuredVisitors } from '../secured-visitors.js';
import * as fields from './schemas/request-fields.js';
import * as responses from './schemas/response-schemas.js';

export interface SecuredNamesDependencies {
  /** Null where visitors are no guests. */
  securedVisitors: SecuredVisitors | null;
}

const tag = 'Secured names';
const noGuests = ['name-is-given'] as const;
const NO_TOKEN =
  'A browser gets a cookie. A client that authenticates by a bearer token gets another one, in `token`.';

const creation = z
  .object({ challenge: z.string(), rp: z.object({ id: z.string() }).loose() })
  .loose()
  .meta({ id: 'PasskeyCreation', description: 'For `PublicKeyCredential.parseCreationOptionsFromJSON()`' });
const request = z
  .object({ challenge: z.string(), rpId: z.string() })
  .loose()
  .meta({ id: 'PasskeyRequest', description: 'For `PublicKeyCredential.parseRequestOptionsFromJSON()`' });

const credential = z
  .object({
    id: z.string(),
    kind: z.enum(['passkey', 'recovery']),
    created: time.nullable(),
    used: time.nullable().describe('When a browser last got the name back by it'),
    device: z
      .string()
      .nullable()
      .describe('Browser and system with which a passkey was created')
      .meta({ examples: ['Firefox, Linux'] }),
  })
  .meta({ id: 'Credential' });

const newCode = z
  .object({
    code: z.string().meta({ examples: ['7K2QM-X8R4T-0ZPWD-HN6VC'] }),
    confirmation: z.string().describe('Stores the code, within an hour'),
  })
  .meta({ id: 'NewRecoveryCode' });

const listCredentials = operation({
  id: 'listCredentials',
  method: 'get',
  path: '/api/me/credentials',
  tag,
  summary: 'List your passkeys and your recovery code',
  description:
    'A name with at least one of them is secured: no other user can take it, or one that looks like it.',
  responses: { 200: { description: 'The oldest first', schema: z.array(credential) } },
  errors: noGuests,
});

const removeCredential = operation({
  id: 'removeCredential',
  method: 'delete',
  path: '/api/me/credentials/:id',
  tag,
  summary: 'Remove a passkey or the recovery code',
  description: 'Removing the last one releases the name: others can take it.',
  params: { id: z.string().describe('Id of a passkey or recovery code of yours') },
  responses: { 204: { description: 'Removed' } },
  errors: [...noGuests, 'no-such-credential'],
});

const beginPasskey = operation({
  id: 'beginPasskey',
  method: 'post',
  path: '/api/me/passkeys/challenge',
  tag,
  summary: 'Begin to create a passkey',
  description: 'The challenge is in a cookie too, and valid for 5 minutes. Not for pages of other origins.',
  responses: { 200: { description: 'For the browser', schema: creation } },
  errors: [...noGuests, 'bad-request', 'too-many-credentials'],
});

const addPasskey = operation({
  id: 'addPasskey',
  method: 'post',
  path: '/api/me/passkeys',
  tag,
  summary: 'Add a passkey, and secure your name',
  description: NO_TOKEN,
  body: { response: fields.newPasskey },
  responses: { 201: { description: 'You', schema: responses.securedUser } },
  errors: [...noGuests, 'bad-name', 'login-failed', 'name-taken', 'overloaded', 'too-many-credentials'],
});

const createRecoveryCode = operation({
  id: 'createRecoveryCode',
  method: 'post',
  path: '/api/me/recovery-code',
  tag,
  summary: 'Create a recovery code',
  description: 'The code counts when it is confirmed. It is not shown again.',
  responses: { 200: { description: 'The code', schema: newCode } },
  errors: noGuests,
});

const confirmRecoveryCode = operation({
  id: 'confirmRecoveryCode',
  method: 'put',
  path: '/api/me/recovery-code',
  tag,
  summary: 'Confirm a recovery code, and secure your name',
  description: `The code takes the place of an earlier one. ${NO_TOKEN}`,
  body: { confirmation: z.string().max(1_000) },
  plainText: 'confirmation',
  responses: { 200: { description: 'You', schema: responses.securedUser } },
  errors: [...noGuests, 'bad-name', 'login-failed', 'name-taken', 'overloaded'],
});

const recovery = {
  tag,
  access: 'public',
  errors: [...noGuests, 'login-failed', 'database-unavailable', 'storage-full'],
} as const;

const beginRecovery = operation({
  ...recovery,
  id: 'beginRecovery',
  method: 'post',
  path: '/api/recovery/challenge',
  summary: 'Begin to get a name back by a passkey',
  description: 'The challenge is in a cookie too, and valid for 5 minutes. Not for pages of other origins.',
  responses: { 200: { description: 'For the browser', schema: request } },
  errors: [...noGuests, 'bad-request'],
});

const recoverByPasskey = operation({
  ...recovery,
  id: 'recoverByPasskey',
  method: 'post',
  path: '/api/recovery/passkey',
  summary: 'Get a name back by a passkey',
  body: { response: fields.passkeyAnswer },
  responses: { 200: { description: 'You', schema: responses.securedUser } },
});

const recoverByCode = operation({
  ...recovery,
  id: 'recoverByCode',
  method: 'post',
  path: '/api/recovery/code',
  summary: 'Get a name back by a recovery code',
  description:
    'For a browser, the response sets a cookie. Pages of other origins get a bearer token, in `token`.',
  body: {
    name: fields.name,
    code: fields.recoveryCode,
    token: z.boolean().optional().describe('`true`: a bearer token instead of a cookie'),
  },
  responses: { 200: { description: 'You', schema: responses.securedUser } },
  errors: [...recovery.errors, 'bad-name'],
});

/** How guests secure their name, and get it back. */
export function securedNameEndpoints({ securedVisitors }: SecuredNamesDependencies): Endpoint[] {
  /** @throws ChatError `name-is-given` */
  const secured = (): SecuredVisitors => {
    if (!securedVisitors) throw nameIsGiven();
    return securedVisitors;
  };
  return [
    endpoint(listCredentials, async (_input, req, res) => {
      res.set('Cache-Control', 'no-store').json(await secured().credentials(req, res));
    }),
    endpoint(removeCredential, async ({ params: { id } }, req, res) => {
      await secured().removeCredential(req, res, id);
      res.status(204).end();
    }),
    endpoint(beginPasskey, async (_input, req, res) => {
      res.set('Cache-Control', 'no-store').json(await secured().beginPasskey(req, res));
    }),
    endpoint(addPasskey, async ({ body: { response } }, req, res) => {
      const user = await secured().addPasskey(req, res, response);
      res.status(201).set('Cache-Control', 'no-store').json(user);
    }),
    endpoint(createRecoveryCode, async (_input, req, res) => {
      res.set('Cache-Control', 'no-store').json(await secured().newRecoveryCode(req, res));
    }),
    endpoint(confirmRecoveryCode, async ({ body: { confirmation } }, req, res) => {
      res.set('Cache-Control', 'no-store').json(await secured().confirmRecoveryCode(req, res, confirmation));
    }),
    endpoint(beginRecovery, async (_input, req, res) => {
      res.set('Cache-Control', 'no-store').json(await secured().beginRecovery(req, res));
    }),
    endpoint(recoverByPasskey, async ({ body: { response } }, req, res) => {
      res.set('Cache-Control', 'no-store').json(await secured().recoverByPasskey(req, res, response));
    }),
    endpoint(recoverByCode, async ({ body: { name, code, token } }, req, res) => {
      const options = { name, code, wantsToken: token ?? false };
      res.set('Cache-Control', 'no-store').json(await secured().recoverByCode(req, res, options));
    }),
  ];
}
