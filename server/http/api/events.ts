import { z } from 'zod';
import type { Limits } from '../../limits/limits.js';
import type { SlowReaders } from '../../limits/slow-readers.js';
import { ChatError } from '../../protocol/errors.js';
import type { MembershipNews } from '../../rooms/membership-news.js';
import type { RoomService } from '../../rooms/room-service.js';
import { type Endpoint, endpoint } from '../openapi/endpoint.js';
import { operation } from '../openapi/operation.js';
import type { Visitors } from '../visitors.js';
import {
  EVENT_STREAM_HEADERS,
  EventStream,
  type EventStreamOptions,
  encodeMemberFrame,
} from './event-stream.js';
import * as fields from './schemas/request-fields.js';

export interface EventsDependencies {
  limits: Pick<Limits, 'socket'>;
  membershipNews: MembershipNews;
  rooms: Pick<RoomService, 'join' | 'reader'>;
  slowReaders: SlowReaders;
  visitors: Visitors;
  /** Aborted when the server begins to stop; then all streams end. */
  stopping: AbortSignal;
  events?: Partial<EventStreamOptions>;
}

const followRoom = operation({
  id: 'followRoom',
  method: 'get',
  path: '/api/rooms/:room/events',
  tag: 'Messages',
  summary: 'Follow a room',
  description:
    'Server-Sent Events: the newest messages, then every change. `message`, `remove`, `annotations`, `state`, `resync` and `reset` carry the same frames as sockets, as do `join`, `leave` and `members`, which report changes of the members. These three have no id and are not repeated after a reconnect.',
  params: { room: fields.room },
  query: {
    limit: fields.limit({ min: 0, max: 100, fallback: 100 }, 'Newest messages to begin with'),
    lastEventId: z
      .string()
      .optional()
      .describe('Like the header `Last-Event-ID`, for clients that cannot set headers'),
  },
  headers: {
    'last-event-id': z
      .string()
      .optional()
      .describe('The id of the last event that you received; the stream continues after it'),
  },
  responses: { 200: { description: 'Events, until one side closes', type: 'text/event-stream' } },
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

const DEFAULT_OPTIONS: EventStreamOptions = {
  heartbeatMs: 15_000,
  retryMs: 2_000,
  maxUnreadBytes: 1024 * 1024,
};

/** When the server stops, readers reconnect after a random delay between these. */
const MIN_RETURN_DELAY_MS = 1_000;
const MAX_RETURN_DELAY_MS = 5_000;

/** A room as Server-Sent Events, for `curl -N` and EventSource. */
export function eventEndpoints({
  limits,
  membershipNews,
  rooms,
  slowReaders,
  visitors,
  stopping,
  events,
}: EventsDependencies): Endpoint[] {
  const options = { ...DEFAULT_OPTIONS, ...events };
  const streams = new Set<EventStream>();
  stopping.addEventListener('abort', () => {
    for (const stream of streams)
      stream.end(MIN_RETURN_DELAY_MS + Math.random() * (MAX_RETURN_DELAY_MS - MIN_RETURN_DELAY_MS));
  });

  membershipNews.on('changed', ({ frame, isForRoom }) => {
    if (!isForRoom || streams.size === 0) return;
    const event = encodeMemberFrame(frame);
    for (const stream of streams) stream.receiveMembers(frame.room, event);
  });

  return [
    endpoint(followRoom, async ({ params, query, headers }, req, res) => {
      if (!req.accepts('text/event-stream')) {
        throw new ChatError('not-acceptable', 'events are sent as text/event-stream', { field: 'Accept' });
      }
      if (req.method === 'HEAD') {
        await rooms.reader(params.room, await visitors.reader(req));
        return void res.set(EVENT_STREAM_HEADERS).end();
      }
      if (stopping.aborted) throw shuttingDown();
      let stream: EventStream | null = null;
      const login = await visitors.lastingReader(req, (error) => stream?.refuse(error));
      if (res.destroyed) return login.stop();
      res.on('close', login.stop);
      // A stream counts as a socket, because it uses as much memory.
      const release = limits.socket(req.ip);
      res.on('close', release);
      stream = new EventStream(res, login.id_user, slowReaders, options, req.ip);
      const subscription = await rooms.join(params.room, stream);
      if (res.destroyed || stopping.aborted || stream.refusal) {
        subscription.leave();
        throw stream.refusal ?? shuttingDown();
      }
      streams.add(stream);
      res.on('close', () => {
        streams.delete(stream);
        stream.close();
        subscription.leave();
      });
      // The header takes precedence: when a browser reconnects, it repeats the address and updates only the header.
      const lastEventId = headers['last-event-id'] || query.lastEventId || undefined;
      stream.open(subscription.room, query.limit, lastEventId);
    }),
  ];
}

function shuttingDown(): ChatError {
  return new ChatError('shutting-down', 'this server is stopping', { retryAfterMs: MIN_RETURN_DELAY_MS });
}
