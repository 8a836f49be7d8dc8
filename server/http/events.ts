import { type Request, Router } from 'express';
import { ChatError } from '../errors.js';
import { cleanRoom } from '../message.js';
import type { Rooms } from '../rooms/rooms.js';
import { EVENT_STREAM_HEADERS, EventStream, type EventStreamOptions } from './event-stream.js';
import { onlyMethods } from './problems.js';
import { readLimit } from './query.js';
import type { Visitors } from './visitors.js';

export interface EventsParts {
  rooms: Pick<Rooms, 'join'>;
  visitors: Visitors;
  /** Aborted when the server begins to stop: all streams end. */
  stopping: AbortSignal;
  events?: Partial<EventStreamOptions>;
}

const DEFAULTS: EventStreamOptions = { heartbeatMs: 15_000, retryMs: 2_000, maxUnreadBytes: 1024 * 1024 };

/** Newest messages of the window to begin with: all it has, unless fewer are wanted. */
const WINDOW = { min: 0, max: 100, fallback: 100 };

/** When the server stops, readers come back within this many milliseconds, not all at once. */
const RETURN_WITHIN = 5_000;

/** `/rooms/:room/events`: a room as Server-Sent Events, for `curl -N` and EventSource. */
export function eventsRouter({ rooms, visitors, stopping, events }: EventsParts): Router {
  const options = { ...DEFAULTS, ...events };
  const streams = new Set<EventStream>();
  stopping.addEventListener('abort', () => {
    for (const stream of streams) stream.end(1_000 + Math.random() * (RETURN_WITHIN - 1_000));
  });

  const router = Router();
  router
    .route('/rooms/:room/events')
    .head((req, res) => {
      cleanRoom(req.params.room);
      res.set(EVENT_STREAM_HEADERS).end();
    })
    .get(async (req, res) => {
      const name = cleanRoom(req.params.room);
      const limit = readLimit(req.query.limit, WINDOW);
      if (!req.accepts('text/event-stream')) {
        throw new ChatError('not-acceptable', 'events are sent as text/event-stream', { field: 'Accept' });
      }
      if (stopping.aborted) throw shuttingDown();
      const stream = new EventStream(res, await visitors.reader(req), options);
      const membership = await rooms.join(name, stream);
      if (res.destroyed || stopping.aborted) {
        membership.leave();
        throw shuttingDown();
      }
      streams.add(stream);
      res.on('close', () => {
        streams.delete(stream);
        stream.close();
        membership.leave();
      });
      stream.open(membership.room, limit, lastEventId(req));
    })
    .all(onlyMethods('GET'));
  return router;
}

function shuttingDown(): ChatError {
  return new ChatError('shutting-down', 'this server is about to stop', { retryAfterMs: 1_000 });
}

/** The header comes first: after a break it is newer than the address, which a browser asks for again as it was. */
function lastEventId(req: Request): string | undefined {
  const { lastEventId: fromAddress } = req.query;
  return req.get('last-event-id') || (typeof fromAddress === 'string' && fromAddress) || undefined;
}
