import type { Limits } from '../../limits/limits.js';
import type { SlowReaders } from '../../limits/slow-readers.js';
import { ChatError } from '../../protocol/errors.js';
import type { RoomService } from '../../rooms/room-service.js';
import { type Endpoint, endpoint } from '../openapi/serve.js';
import type { Visitors } from '../visitors.js';
import { EVENT_STREAM_HEADERS, EventStream, type EventStreamOptions } from './event-stream.js';
import { followRoom } from './operations/events.js';

export interface EventsDependencies {
  limits: Pick<Limits, 'socket'>;
  rooms: Pick<RoomService, 'join' | 'reader'>;
  slowReaders: SlowReaders;
  visitors: Visitors;
  /** Aborted when the server begins to stop: all streams end. */
  stopping: AbortSignal;
  events?: Partial<EventStreamOptions>;
}

const DEFAULTS: EventStreamOptions = { heartbeatMs: 15_000, retryMs: 2_000, maxUnreadBytes: 1024 * 1024 };

/** When the server stops, readers come back within this many milliseconds, not all at once. */
const RETURN_WITHIN = 5_000;

/** A room as Server-Sent Events, for `curl -N` and EventSource. */
export function eventEndpoints(parts: EventsDependencies): Endpoint[] {
  const { limits, rooms, slowReaders, visitors, stopping, events } = parts;
  const options = { ...DEFAULTS, ...events };
  const streams = new Set<EventStream>();
  stopping.addEventListener('abort', () => {
    for (const stream of streams) stream.end(1_000 + Math.random() * (RETURN_WITHIN - 1_000));
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
      // It holds as much as a socket.
      const closed = limits.socket(req.ip);
      res.on('close', closed);
      stream = new EventStream(res, login.id_user, slowReaders, options, req.ip);
      const membership = await rooms.join(params.room, stream);
      if (res.destroyed || stopping.aborted || stream.refusal) {
        membership.leave();
        throw stream.refusal ?? shuttingDown();
      }
      streams.add(stream);
      res.on('close', () => {
        streams.delete(stream);
        stream.close();
        membership.leave();
      });
      // The header comes first: after a break it is newer than the address, which a browser asks for again as it was.
      const lastEventId = headers['last-event-id'] || query.lastEventId || undefined;
      stream.open(membership.room, query.limit, lastEventId);
    }),
  ];
}

function shuttingDown(): ChatError {
  return new ChatError('shutting-down', 'this server is about to stop', { retryAfterMs: 1_000 });
}
