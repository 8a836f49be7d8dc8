import { z } from 'zod';
import { MAX_COUNTED_MEMBERS } from '../../protocol/message.js';
import { MEMBERS_PER_PAGE, type RoomDirectory } from '../../rooms/room-directory.js';
import { type Endpoint, endpoint } from '../openapi/endpoint.js';
import { operation } from '../openapi/operation.js';
import type { Visitors } from '../visitors.js';
import { encodeCursor } from './schemas/cursor.js';
import * as fields from './schemas/request-fields.js';
import * as responses from './schemas/response-schemas.js';

export interface MembersDependencies {
  directory: RoomDirectory;
  visitors: Visitors;
}

const tag = 'Rooms';
const params = { room: fields.room };

const joinRoom = operation({
  id: 'joinRoom',
  method: 'post',
  path: '/api/rooms/:room/join',
  tag,
  summary: 'Join a room',
  description: 'Makes you a member, also of a room for members. Joining a room twice is not an error.',
  params,
  responses: { 200: { description: 'You are a member', schema: responses.membership } },
  errors: ['bad-room', 'too-many-rooms', 'overloaded'],
});

const leaveRoom = operation({
  id: 'leaveRoom',
  method: 'post',
  path: '/api/rooms/:room/leave',
  tag,
  summary: 'Leave a room',
  description: 'Leaving a room that you have not joined is not an error.',
  params,
  responses: { 200: { description: 'You are not a member', schema: responses.membership } },
  errors: ['bad-room', 'overloaded'],
});

const markRead = operation({
  id: 'markRead',
  method: 'put',
  path: '/api/rooms/:room/read',
  tag,
  summary: 'Set your reading position',
  description: 'The position only moves forward. It is stored for members.',
  params,
  body: { sent: fields.sent, id: fields.idAtPosition },
  responses: {
    200: {
      description: 'Your reading position',
      schema: z.object({ room: z.string().meta({ examples: ['lobby'] }), read: responses.position }),
    },
  },
  errors: ['bad-room', 'not-a-member'],
});

const listMembers = operation({
  id: 'listMembers',
  method: 'get',
  path: '/api/rooms/:room/members',
  tag,
  summary: 'List the members of a room',
  params,
  query: {
    limit: fields.limit({ min: 1, max: MEMBERS_PER_PAGE, fallback: MEMBERS_PER_PAGE }, 'Members on a page'),
    after: fields.cursor('after', 'Cursor of the next page, from the header `Link`'),
  },
  responses: {
    200: {
      description: 'The members, in the order of joining',
      schema: z.array(responses.member),
      headers: {
        Link: 'The next page as `next`, if there are more members',
        'Total-Count': `Number of all members; ${MAX_COUNTED_MEMBERS} means that many or more`,
      },
    },
  },
  errors: ['bad-room', 'bad-limit', 'bad-cursor', 'not-a-member'],
});

/** The members of a room, and their reading positions. A write is answered when this server sees its effect too. */
export function memberEndpoints({ directory, visitors }: MembersDependencies): Endpoint[] {
  return [
    endpoint(joinRoom, async ({ params: { room } }, req, res) => {
      await directory.join(room, await visitors.visitor(req, res), req.ip);
      res.json({ room, joined: true });
    }),

    endpoint(leaveRoom, async ({ params: { room } }, req, res) => {
      await directory.leave(room, (await visitors.visitor(req, res)).id_user, req.ip);
      res.json({ room, joined: false });
    }),

    endpoint(markRead, async ({ params: { room }, body: position }, req, res) => {
      const { id_user } = await visitors.visitor(req, res);
      res.json({ room, read: await directory.markRead(room, id_user, position) });
    }),

    endpoint(listMembers, async ({ params: { room }, query: { after, limit } }, req, res) => {
      const start = after ? { joined: after.sent, id_user: after.id } : null;
      const { members, total, next } = await directory.members(
        room,
        await visitors.reader(req),
        start,
        limit,
      );
      if (next) {
        const cursor = encodeCursor({ sent: next.joined ?? 0, id: next.id_user });
        res.links({ next: `/api/rooms/${encodeURIComponent(room)}/members?limit=${limit}&after=${cursor}` });
      }
      res.set('Total-Count', `${total}`).set('Cache-Control', 'no-cache').json(members);
    }),
  ];
}
