import { z } from 'zod';
import { id_user, personName, roomName, time } from '../../protocol/entities.js';
import { LIMITS } from '../../protocol/message.js';
import { ROOM_SETTINGS } from '../../protocol/room-settings.js';
import { type JoinRequests, MAX_REQUESTS } from '../../rooms/join-requests.js';
import { type Endpoint, endpoint } from '../openapi/endpoint.js';
import { operation } from '../openapi/operation.js';
import { rule } from '../openapi/rule.js';
import type { Visitors } from '../visitors.js';
import * as fields from './schemas/request-fields.js';

export interface JoinRequestEndpointsDependencies {
  joinRequests: Pick<JoinRequests, 'add' | 'list' | 'accept' | 'remove'>;
  visitors: Visitors;
}

const tag = 'Invitations';
const params = { room: fields.room };
const path = '/api/rooms/:room/requests';
const ofUser = { tag, path: `${path}/:id`, params: { ...params, id: fields.userId } };
const errors = ['bad-room', 'no-such-room', 'not-allowed'] as const;

const requestToJoin = operation({
  id: 'requestToJoin',
  method: 'post',
  path,
  tag,
  params,
  summary: 'Ask to join a room',
  description: 'For rooms with `joining: request`. Asking twice is not an error.',
  body: {
    text: rule(ROOM_SETTINGS.topic, {
      type: 'string',
      maxLength: LIMITS.topic,
      description: 'A text for the moderators',
    }).optional(),
  },
  plainText: 'text',
  responses: {
    202: { description: 'The request waits for a moderator', schema: z.object({ room: roomName }) },
  },
  errors: ['bad-room', 'no-such-room', 'bad-topic', 'bad-request', 'too-many-requests', 'overloaded'],
});

const listRequests = operation({
  id: 'listRequests',
  method: 'get',
  path,
  tag,
  params,
  summary: 'List the requests to join a room',
  description: `The oldest first, at most ${MAX_REQUESTS}. For moderators.`,
  responses: {
    200: {
      description: 'The requests',
      schema: z.array(
        z
          .object({ id_user, name: personName.nullable(), text: z.string(), created: time.nullable() })
          .meta({ id: 'JoinRequest' }),
      ),
    },
  },
  errors,
});

const acceptRequest = operation({
  ...ofUser,
  id: 'acceptRequest',
  method: 'put',
  summary: 'Accept a request to join a room',
  responses: { 204: { description: 'The user is a member' } },
  errors: [...errors, 'no-such-request', 'too-many-rooms'],
});

const declineRequest = operation({
  ...ofUser,
  id: 'declineRequest',
  method: 'delete',
  summary: 'Decline a request to join a room, or withdraw your own',
  responses: { 204: { description: 'The request is deleted' } },
  errors: [...errors, 'no-such-request'],
});

/** Requests to join rooms. A write is answered when this server sees its effect too. */
export function joinRequestEndpoints({
  joinRequests,
  visitors,
}: JoinRequestEndpointsDependencies): Endpoint[] {
  return [
    endpoint(requestToJoin, async ({ params: { room }, body: { text = '' } }, req, res) => {
      await joinRequests.add(room, await visitors.visitor(req, res), text, req.ip);
      res.status(202).json({ room });
    }),

    endpoint(listRequests, async ({ params: { room } }, req, res) => {
      const requests = await joinRequests.list(room, await visitors.reader(req));
      res
        .set('Cache-Control', 'no-store')
        .json(requests.map(({ id_user, name, text, created }) => ({ id_user, name, text, created })));
    }),

    endpoint(acceptRequest, async ({ params: { room, id } }, req, res) => {
      await joinRequests.accept(room, id, (await visitors.visitor(req, res)).id_user);
      res.status(204).end();
    }),

    endpoint(declineRequest, async ({ params: { room, id } }, req, res) => {
      await joinRequests.remove(room, id, (await visitors.visitor(req, res)).id_user);
      res.status(204).end();
    }),
  ];
}
