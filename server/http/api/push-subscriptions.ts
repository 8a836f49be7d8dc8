import { z } from 'zod';
import { MAX_USER_SUBSCRIPTIONS } from '../../database/tables/push-subscription-table.js';
import { MAX_ENDPOINT_LENGTH } from '../../notifications/endpoint-policy.js';
import { cleanKeys, type PushSubscriptions } from '../../notifications/push-subscriptions.js';
import { time } from '../../protocol/entities.js';
import { LANGUAGE_TAGS } from '../../protocol/user-settings.js';
import { type Endpoint, endpoint } from '../openapi/endpoint.js';
import { operation } from '../openapi/operation.js';
import { rule } from '../openapi/rule.js';
import type { Visitors } from '../visitors.js';

export interface PushSubscriptionsEndpointsDependencies {
  pushSubscriptions: PushSubscriptions;
  visitors: Visitors;
}

const about = { path: '/api/me/push-subscriptions', tag: 'People' } as const;

const list = operation({
  ...about,
  id: 'listPushSubscriptions',
  method: 'get',
  summary: 'List the browsers to which your notifications are pushed',
  responses: {
    200: {
      description: 'Your subscriptions, the newest first',
      schema: z.object({
        public_key: z
          .string()
          .nullable()
          .describe('`applicationServerKey` for new subscriptions; null: this server pushes nothing'),
        subscriptions: z.array(
          z.object({
            id: z.string().describe('Digest of the endpoint: SHA-256 in base64url'),
            service: z.string().describe('Host of the push service'),
            created: time.describe('When a page confirmed it last'),
          }),
        ),
      }),
    },
  },
  errors: ['database-unavailable'],
});

const put = operation({
  ...about,
  id: 'putPushSubscription',
  method: 'put',
  summary: 'Push your notifications to a browser',
  description:
    'The body is a `PushSubscription` of the browser, as `toJSON()` returns it. Notifications of new messages are pushed to it while you have no page open. ' +
    `Beyond ${MAX_USER_SUBSCRIPTIONS} subscriptions, the oldest one ends.`,
  body: {
    endpoint: z.string().meta({
      description: `https address at a public push service, at most ${MAX_ENDPOINT_LENGTH} characters`,
    }),
    keys: rule(cleanKeys, {
      type: 'object',
      description: 'Public key `p256dh` and secret `auth` of the browser, in base64url',
      examples: [
        {
          p256dh: 'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4',
          auth: 'BTBZMqHH6r4Tts7J_aSIgg',
        },
      ],
    }),
  },
  responses: { 204: { description: 'The subscription is stored' } },
  errors: ['push-off', 'bad-subscription', 'rate-limited', 'database-unavailable', 'storage-full'],
});

const remove = operation({
  ...about,
  id: 'deletePushSubscription',
  method: 'delete',
  summary: 'End push notifications',
  description: 'Without `endpoint`, in all your browsers. A subscription that does not exist is no error.',
  body: { endpoint: z.string().max(MAX_ENDPOINT_LENGTH).optional() },
  responses: { 204: { description: 'Nothing is pushed there any more' } },
  errors: ['rate-limited', 'database-unavailable'],
});

/** The browsers to which notifications of the sender of a request are pushed. */
export function pushSubscriptionEndpoints({
  pushSubscriptions,
  visitors,
}: PushSubscriptionsEndpointsDependencies): Endpoint[] {
  return [
    endpoint(list, async (_input, req, res) => {
      const { id_user } = await visitors.visitor(req, res);
      const found = await pushSubscriptions.of(id_user);
      res.set('Cache-Control', 'no-store').json({
        public_key: pushSubscriptions.publicKey,
        subscriptions: found.map(({ id, endpoint: url, created }) => ({
          id,
          service: URL.canParse(url) ? new URL(url).host : '',
          created,
        })),
      });
    }),

    endpoint(put, async ({ body }, req, res) => {
      const { id_user, id_session } = await visitors.visitorOfSession(req, res);
      await visitors.countSettings(id_user, req.ip);
      const accepted = req.acceptsLanguages([...LANGUAGE_TAGS]);
      await pushSubscriptions.put({
        ...body,
        id_user,
        language: accepted === false ? null : accepted,
        host: /^[\w.-]{1,253}$/.test(req.hostname) ? req.hostname : null,
        session: id_session,
      });
      res.status(204).end();
    }),

    endpoint(remove, async ({ body }, req, res) => {
      const { id_user } = await visitors.visitor(req, res);
      await visitors.countSettings(id_user, req.ip);
      await pushSubscriptions.remove(id_user, body.endpoint);
      res.status(204).end();
    }),
  ];
}
