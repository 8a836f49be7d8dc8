import { z } from 'zod';
import { operation } from '../../openapi/operation.js';
import * as fields from '../request-fields.js';

export const followRoom = operation({
  id: 'followRoom',
  method: 'get',
  path: '/api/rooms/:room/events',
  tag: 'Messages',
  summary: 'Follow a room',
  description:
    'As Server-Sent Events: its newest messages, then whatever happens. `message`, `remove`, `state`, `resync` and `reset` carry the frames that sockets get.',
  params: { room: fields.room },
  query: {
    limit: fields.limit({ min: 0, max: 100, fallback: 100 }, 'Newest messages to begin with'),
    lastEventId: z.string().optional().describe('As the header `Last-Event-ID`, where headers cannot be set'),
  },
  headers: {
    'last-event-id': z.string().optional().describe('The last id you got: what came after it follows'),
  },
  answers: { 200: { description: 'Events, until one side ends it', type: 'text/event-stream' } },
  errors: [
    'bad-room',
    'bad-limit',
    'not-acceptable',
    'not-a-member',
    'too-many-sockets',
    'shutting-down',
    'overloaded',
  ],
});
