import type { Limits } from '../../limits/limits.js';
import { SLOW_READER_BYTES } from '../../limits/slow-readers.js';
import { ChatError } from '../../protocol/errors.js';
import type { ViewFrame } from '../../protocol/search-frames.js';
import { parseQuery, QUERY_LIMITS } from '../../search/query/search-query.js';
import { searchIsOff } from '../../search/search.js';
import type { LiveViews } from '../../search/views/live-views.js';
import { type Endpoint, endpoint } from '../openapi/endpoint.js';
import { operation } from '../openapi/operation.js';
import { rule } from '../openapi/rule.js';
import type { Visitors } from '../visitors.js';
import { EVENT_STREAM_HEADERS } from './event-stream.js';

export interface ViewEndpointsDependencies {
  limits: Pick<Limits, 'socket'>;
  /** Aborted when the server begins to stop; then all streams end. */
  stopping: AbortSignal;
  /** Null: `SEARCH=false`. */
  views: Pick<LiveViews, 'open'> | null;
  visitors: Visitors;
}

const EVENTS = {
  viewOpened: 'opened',
  viewMessage: 'message',
  viewRemoved: 'remove',
  viewState: 'state',
} as const satisfies Record<ViewFrame['type'], string>;

const HEARTBEAT_MS = 15_000;
/** Milliseconds after which a reader that has lost the stream reconnects: it gets the whole view again. */
const RETRY_MS = 3_000;
/** Unread bytes beyond which a reader is disconnected. */
const MAX_UNREAD_BYTES = 4 * SLOW_READER_BYTES;

const followView = operation({
  id: 'followView',
  method: 'get',
  path: '/api/view',
  tag: 'Search',
  summary: 'Follow a search',
  description:
    'Server-Sent Events of a live view: `opened` has the newest messages that match, `message` a message that was written or changed, `remove` one that was deleted, does not match any more or cannot be read any more, `state` whether the changefeed runs. They carry the same frames as sockets. A reader that reconnects gets `opened` again.',
  query: {
    q: rule(parseQuery, {
      type: 'string',
      maxLength: QUERY_LIMITS.length,
      description: 'The search, as of `searchMessages`',
      examples: ['in:lobby has:link'],
    }),
  },
  responses: { 200: { description: 'Events, until one side closes', type: 'text/event-stream' } },
  errors: [
    'bad-query',
    'not-acceptable',
    'not-a-member',
    'too-many-sockets',
    'too-many-views',
    'shutting-down',
    'search-off',
    'search-unavailable',
  ],
});

/** Live views as Server-Sent Events, for `curl -N` and EventSource. */
export function viewEndpoints({ limits, stopping, views, visitors }: ViewEndpointsDependencies): Endpoint[] {
  return [
    endpoint(followView, async ({ query: { q: query } }, req, res) => {
      if (!views) throw searchIsOff();
      if (!req.accepts('text/event-stream'))
        throw new ChatError('not-acceptable', 'events are sent as text/event-stream', { field: 'Accept' });
      if (req.method === 'HEAD') return void res.set(EVENT_STREAM_HEADERS).end();
      if (stopping.aborted) throw new ChatError('shutting-down', 'this server is stopping');
      const end = () => res.end();
      const login = await visitors.lastingReader(req, end);
      res.on('close', login.stop);
      if (res.destroyed) return login.stop();
      res.on('close', limits.socket(req.ip));
      const send = (frame: ViewFrame) => {
        if (res.writableEnded || res.destroyed) return;
        if (!res.headersSent) res.writeHead(200, EVENT_STREAM_HEADERS).write(`retry: ${RETRY_MS}\n\n`);
        if (res.writableLength > MAX_UNREAD_BYTES) res.destroy();
        else res.write(`event: ${EVENTS[frame.type]}\ndata: ${JSON.stringify(frame)}\n\n`);
      };
      const view = 'view';
      const close = await views.open({
        query,
        id_user: login.id_user,
        address: req.ip,
        listener: {
          opened: (opened) => send({ type: 'viewOpened', view, q: query.text, ...opened }),
          put: (change) => send({ type: 'viewMessage', view, ...change }),
          removed: (room, id) => send({ type: 'viewRemoved', view, room, id }),
          live: (live) => send({ type: 'viewState', view, live }),
        },
      });
      const heartbeat = setInterval(() => res.write(': still here\n\n'), HEARTBEAT_MS).unref();
      const stop = () => {
        clearInterval(heartbeat);
        stopping.removeEventListener('abort', end);
        close();
      };
      if (res.destroyed) return stop();
      res.on('close', stop);
      stopping.addEventListener('abort', end);
    }),
  ];
}
