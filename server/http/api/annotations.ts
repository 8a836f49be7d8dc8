import type { UserTable } from '../../database/tables/user-table.js';
import type { Limits } from '../../limits/limits.js';
import type { RoomService } from '../../rooms/room-service.js';
import { type Endpoint, endpoint } from '../openapi/endpoint.js';
import { operation } from '../openapi/operation.js';
import type { Visitors } from '../visitors.js';
import * as fields from './schemas/request-fields.js';
import * as responses from './schemas/response-schemas.js';

export interface AnnotationsDependencies {
  limits: Pick<Limits, 'heavyWork'>;
  rooms: Pick<RoomService, 'react' | 'setPinned' | 'pinned'>;
  users: Pick<UserTable, 'namesFor'>;
  visitors: Visitors;
}

const params = { room: fields.room, id: fields.messageId };
const reactionPath = '/api/rooms/:room/messages/:id/reactions/:emoji';
const pinPath = '/api/rooms/:room/pins/:id';

const addReaction = operation({
  id: 'addReaction',
  method: 'put',
  path: reactionPath,
  tag: 'Messages',
  summary: 'React to a message',
  description: 'A user has one reaction with each emoji. Repeating it is not an error.',
  params: { ...params, emoji: fields.emoji },
  responses: { 204: { description: 'The reaction is stored' } },
  errors: ['bad-room', 'bad-emoji', 'not-a-member', 'no-such-message', 'too-many-reactions'],
});

const removeReaction = operation({
  id: 'removeReaction',
  method: 'delete',
  path: reactionPath,
  tag: 'Messages',
  summary: 'Remove your reaction',
  description: 'Removing a reaction that does not exist is not an error.',
  params: { ...params, emoji: fields.emoji },
  responses: { 204: { description: 'The reaction is removed' } },
  errors: ['bad-room', 'bad-emoji', 'not-a-member', 'no-such-message'],
});

const listPins = operation({
  id: 'listPins',
  method: 'get',
  path: '/api/rooms/:room/pins',
  tag: 'Messages',
  summary: 'Read the pinned messages',
  description: 'The newest pin first, at most 50.',
  params: { room: fields.room },
  responses: { 200: { description: 'The pinned messages', schema: responses.pinnedMessages } },
  errors: ['bad-room', 'not-a-member', 'overloaded'],
});

const pinMessage = operation({
  id: 'pinMessage',
  method: 'put',
  path: pinPath,
  tag: 'Messages',
  summary: 'Pin a message',
  description: 'For members of the room, also of an open one. Repeating it is not an error.',
  params,
  responses: { 204: { description: 'The message is pinned' } },
  errors: ['bad-room', 'not-a-member', 'members-only', 'no-such-message', 'too-many-pins'],
});

const unpinMessage = operation({
  id: 'unpinMessage',
  method: 'delete',
  path: pinPath,
  tag: 'Messages',
  summary: 'Unpin a message',
  description: 'For members of the room. Unpinning a message that is not pinned is not an error.',
  params,
  responses: { 204: { description: 'The message is not pinned' } },
  errors: ['bad-room', 'not-a-member', 'members-only', 'no-such-message'],
});

/** Reactions to messages, and pinned messages. A write is answered when the database has stored it on disk. */
export function annotationEndpoints({ limits, rooms, users, visitors }: AnnotationsDependencies): Endpoint[] {
  const reaction = (isAdded: boolean) =>
    endpoint(isAdded ? addReaction : removeReaction, async ({ params: { room, id, emoji } }, req, res) => {
      const by = await visitors.visitor(req, res);
      await rooms.react({ room, id, by, emoji, isAdded }, req.ip);
      res.status(204).end();
    });
  const pin = (isPinned: boolean) =>
    endpoint(isPinned ? pinMessage : unpinMessage, async ({ params: { room, id } }, req, res) => {
      const by = await visitors.visitor(req, res);
      await rooms.setPinned({ room, id, by, isPinned }, req.ip);
      res.status(204).end();
    });
  return [
    reaction(true),
    reaction(false),
    endpoint(listPins, async ({ params: { room } }, req, res) => {
      const reader = await visitors.reader(req);
      const messages = await limits.heavyWork.run(req.ip, () => rooms.pinned(room, reader));
      const names = await users.namesFor(messages);
      res.set('Cache-Control', 'no-cache').json({ messages, names });
    }),
    pin(true),
    pin(false),
  ];
}
