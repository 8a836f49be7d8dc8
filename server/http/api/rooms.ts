import { z } from 'zod';
import { LIMITS } from '../../protocol/message.js';
import type { RoomDirectory } from '../../rooms/room-directory.js';
import { LISTED_ROOMS } from '../../rooms/room-listing.js';
import { type Endpoint, endpoint } from '../openapi/endpoint.js';
import { operation } from '../openapi/operation.js';
import type { Visitors } from '../visitors.js';
import * as fields from './schemas/request-fields.js';
import * as responses from './schemas/response-schemas.js';

export interface RoomsDependencies {
  directory: RoomDirectory;
  visitors: Visitors;
}

const tag = 'Rooms';

const listRooms = operation({
  id: 'listRooms',
  method: 'get',
  path: '/api/rooms',
  tag,
  summary: 'List rooms',
  description: `Rooms that you have joined, by name, then at most ${LISTED_ROOMS} other rooms, those with the most people first. With \`after\`: all rooms by name, page by page.`,
  query: {
    after: z
      .string()
      .max(LIMITS.room)
      .optional()
      .describe('Name of a room: the page that follows it; an empty text for the first page'),
    limit: fields.limit({ min: 1, max: 100, fallback: 100 }, 'Rooms on a page, together with `after`'),
  },
  responses: {
    200: {
      description: 'The rooms',
      schema: z.array(responses.roomEntry),
      headers: { Link: 'The next page as `next`, if there are more rooms' },
    },
  },
  errors: ['bad-limit'],
});

const createRoom = operation({
  id: 'createRoom',
  method: 'post',
  path: '/api/rooms',
  tag,
  summary: 'Create a room',
  description:
    'Gives a room a topic and an access rule, and makes you its first member. A room can be used without being created.',
  body: { name: fields.newRoom, topic: fields.topic, access: fields.access },
  plainText: 'name',
  responses: {
    201: {
      description: 'The room',
      schema: responses.roomEntry,
      headers: { Location: 'The address of the room' },
    },
  },
  errors: [
    'bad-room',
    'bad-topic',
    'bad-access',
    'room-exists',
    'room-in-use',
    'too-many-rooms',
    'overloaded',
  ],
});

const getRoom = operation({
  id: 'getRoom',
  method: 'get',
  path: '/api/rooms/:room',
  tag,
  summary: 'Read the properties of a room',
  description: 'Works for any name: a room that has not been used yet is open and empty.',
  params: { room: fields.room },
  responses: { 200: { description: 'The room', schema: responses.roomEntry } },
  errors: ['bad-room'],
});

/** The rooms. A write is answered when this server sees its effect too. */
export function roomEndpoints({ directory, visitors }: RoomsDependencies): Endpoint[] {
  return [
    endpoint(listRooms, async ({ query: { after, limit } }, req, res) => {
      const reader = await visitors.reader(req);
      res.set('Cache-Control', 'no-cache');
      const next = (name: string) => `/api/rooms?limit=${limit}&after=${encodeURIComponent(name)}`;
      if (after === undefined) {
        const { rooms, isWhole } = await directory.list(reader);
        if (!isWhole) res.links({ next: next('') });
        res.json(rooms);
      } else {
        const page = await directory.page(after === '' ? null : after, limit, reader);
        if (page.next !== null) res.links({ next: next(page.next) });
        res.json(page.rooms);
      }
    }),

    endpoint(createRoom, async ({ body: { name, topic = '', access = 'open' } }, req, res) => {
      const by = await visitors.visitor(req, res);
      const room = await directory.create({ name, topic, access, by, address: req.ip });
      res
        .status(201)
        .location(`/api/rooms/${encodeURIComponent(name)}`)
        .json(room);
    }),

    endpoint(getRoom, async ({ params: { room } }, req, res) => {
      res.set('Cache-Control', 'no-cache').json(await directory.info(room, await visitors.reader(req)));
    }),
  ];
}
