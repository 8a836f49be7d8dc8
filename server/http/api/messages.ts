import { noSuchMessage } from '../../database/tables/message-refusals.js';
import type { Limits } from '../../limits/limits.js';
import { ChatError } from '../../protocol/errors.js';
import { cleanBody, type Message, type Position } from '../../protocol/message.js';
import { noticeInTime } from '../../rooms/command-notices.js';
import type { RoomService } from '../../rooms/room-service.js';
import { type Endpoint, endpoint } from '../openapi/endpoint.js';
import { operation } from '../openapi/operation.js';
import type { Visitors } from '../visitors.js';
import { BEGINNING, encodeCursor } from './schemas/cursor.js';
import * as fields from './schemas/request-fields.js';
import * as responses from './schemas/response-schemas.js';

export interface MessagesDependencies {
  limits: Pick<Limits, 'heavyWork' | 'history'>;
  rooms: Pick<RoomService, 'snapshot' | 'reader' | 'post' | 'edit' | 'remove'>;
  visitors: Visitors;
}

const tag = 'Messages';
const path = '/api/rooms/:room/messages';
const params = { room: fields.room };
const ofMessage = { path: `${path}/:id`, params: { ...params, id: fields.messageId } };

const listMessages = operation({
  id: 'listMessages',
  method: 'get',
  path,
  tag,
  summary: 'Read messages',
  description:
    'The newest messages, or with a cursor the page before or after another page, or the messages around one of them.',
  params,
  query: {
    limit: fields.limit({ min: 1, max: 100, fallback: 50 }, 'Messages on a page'),
    before: fields.cursor('before', '`before` of a page: the older messages'),
    after: fields.cursor('after', '`after` of a page: the newer messages; not together with `before`'),
    around: fields.around,
  },
  responses: {
    200: {
      description: 'A page',
      schema: responses.messagePage,
      headers: { Link: 'The older page as `prev`, the newer page as `next`, if there are such messages' },
    },
  },
  errors: ['bad-room', 'bad-limit', 'bad-cursor', 'not-a-member', 'no-such-message', 'overloaded'],
});

/** Of a stored message. */
const headers = {
  Location: 'The address of the message',
  'Changeroom-Notice':
    'For a command: `bots-unavailable`, the connection to the broker is lost, and the command waits in the database; `no-such-command`, no bot answers it',
};

const postMessage = operation({
  id: 'postMessage',
  method: 'post',
  path,
  tag,
  summary: 'Write a message',
  params,
  body: { body: fields.caption, id: fields.newMessageId, reply_to: fields.replyTo, files: fields.files },
  isBodyRequired: true,
  anyRequired: ['body', 'files'],
  plainText: 'body',
  responses: {
    201: {
      description: 'The message, stored on disk',
      schema: responses.message,
      headers,
    },
    200: {
      description: 'The message exists: you have sent it before, with this id',
      schema: responses.message,
      headers,
    },
  },
  errors: [
    'bad-room',
    'bad-body',
    'too-many-mentions',
    'bad-id',
    'bad-reply',
    'bad-file',
    'no-such-file',
    'not-a-member',
    'id-taken',
    'refused-by-database',
  ],
});

const getMessage = operation({
  ...ofMessage,
  id: 'getMessage',
  method: 'get',
  tag,
  summary: 'Read one message',
  responses: { 200: { description: 'The message', schema: responses.message } },
  errors: ['bad-room', 'not-a-member', 'no-such-message'],
});

const editMessage = operation({
  ...ofMessage,
  id: 'editMessage',
  method: 'patch',
  tag,
  summary: 'Edit your message',
  body: { body: fields.body },
  plainText: 'body',
  responses: { 200: { description: 'The edited message', schema: responses.message } },
  errors: [
    'bad-room',
    'bad-body',
    'too-many-mentions',
    'not-a-member',
    'no-such-message',
    'not-yours',
    'refused-by-database',
  ],
});

const deleteMessage = operation({
  ...ofMessage,
  id: 'deleteMessage',
  method: 'delete',
  tag,
  summary: 'Delete your message',
  responses: { 204: { description: 'The message is deleted' } },
  errors: ['bad-room', 'not-a-member', 'no-such-message', 'not-yours'],
});

/** A part of a room's history. */
interface HistoryPage {
  /** Oldest first. */
  messages: Message[];
  hasOlder: boolean;
  hasNewer: boolean;
  /** The position of the page when it has no messages. */
  at: Position;
}

/** The messages of a room. A write is answered when the database has stored it on disk. */
export function messageEndpoints({ limits, rooms, visitors }: MessagesDependencies): Endpoint[] {
  /**
   * The newest messages come from the room's window, without a query, while its feed is running and the window holds
   * enough of them. Pages by cursor always come from the database.
   */
  async function latest(room: string, limit: number, by: string): Promise<HistoryPage> {
    const snapshot = await rooms.snapshot(room, by);
    const enough = snapshot.messages.length >= limit || !snapshot.hasOlder;
    const found =
      snapshot.live && enough ? snapshot : await (await rooms.reader(room, by)).latest(room, limit);
    const hasOlder = found.hasOlder || found.messages.length > limit;
    return { messages: found.messages.slice(-limit), hasOlder, hasNewer: false, at: BEGINNING };
  }

  async function before(room: string, at: Position, limit: number, by: string): Promise<HistoryPage> {
    const older = await (await rooms.reader(room, by)).before(room, at, limit);
    // Every message is newer than an empty page.
    return { ...older, hasNewer: true, at: BEGINNING };
  }

  async function after(room: string, at: Position, limit: number, by: string): Promise<HistoryPage> {
    const newer = await (await rooms.reader(room, by)).after(room, at, limit);
    return { ...newer, hasOlder: newer.messages.length > 0, at };
  }

  async function around(room: string, id: string, limit: number, by: string): Promise<HistoryPage> {
    const page = await (await rooms.reader(room, by)).around(room, id, limit);
    if (!page) throw noSuchMessage();
    return { ...page, at: BEGINNING };
  }

  function pageOf(room: string, query: PageQuery, by: string): Promise<HistoryPage> {
    if (query.before && query.after) {
      throw new ChatError('bad-request', 'before and after cannot be used together', { field: 'after' });
    }
    if (query.around !== undefined) {
      if (query.before || query.after)
        throw new ChatError('bad-request', 'around and a cursor cannot be used together', {
          field: 'around',
        });
      return around(room, query.around, query.limit, by);
    }
    if (query.before) return before(room, query.before, query.limit, by);
    if (query.after) return after(room, query.after, query.limit, by);
    return latest(room, query.limit, by);
  }

  return [
    endpoint(listMessages, async ({ params: { room }, query }, req, res) => {
      const reader = await visitors.reader(req);
      if (query.before || query.around !== undefined) await limits.history(reader, req.ip);
      const { page, quoted } = await limits.heavyWork.run(req.ip, async () => {
        const page = await pageOf(room, query, reader);
        const hasReplies = page.messages.some(({ reply_to }) => reply_to !== undefined);
        const quoted = hasReplies ? await (await rooms.reader(room, reader)).quotesFor(page.messages) : {};
        return { page, quoted };
      });
      const first = page.messages[0];
      const links = {
        before: page.hasOlder && first ? encodeCursor(first) : null,
        after: encodeCursor(page.messages.at(-1) ?? page.at),
      };
      const path = `${messagesPath(room)}?limit=${query.limit}`;
      if (links.before) res.links({ prev: `${path}&before=${links.before}` });
      if (page.hasNewer) res.links({ next: `${path}&after=${links.after}` });
      res.set('Cache-Control', 'no-cache').json({ messages: page.messages, ...links, quoted });
    }),

    endpoint(postMessage, async ({ params: { room }, body: fields }, req, res) => {
      const { id, reply_to, files = [] } = fields;
      const body = files.length > 0 ? (fields.body ?? '') : cleanBody(fields.body);
      const { id_user, name } = await visitors.visitor(req, res);
      const { message, created, notice } = await rooms.post(
        { id, room, body, reply_to, files, author: { id_user, name } },
        req.ip,
      );
      const known = await noticeInTime(notice);
      if (known) res.set('Changeroom-Notice', known.code);
      res
        .status(created ? 201 : 200)
        .location(`${messagesPath(room)}/${encodeURIComponent(message.id)}`)
        .json(message);
    }),

    endpoint(getMessage, async ({ params: { room, id } }, req, res) => {
      const messages = await rooms.reader(room, await visitors.reader(req));
      const message = await messages.get(room, id);
      if (!message) throw noSuchMessage();
      res.set('Cache-Control', 'no-cache').json(message);
    }),

    endpoint(editMessage, async ({ params: { room, id }, body: { body } }, req, res) => {
      const by = (await visitors.visitor(req, res)).id_user;
      res.json(await rooms.edit({ room, id, body, by }, req.ip));
    }),

    endpoint(deleteMessage, async ({ params: { room, id } }, req, res) => {
      await rooms.remove({ room, id, by: (await visitors.visitor(req, res)).id_user }, req.ip);
      res.status(204).end();
    }),
  ];
}

interface PageQuery {
  limit: number;
  before?: Position | undefined;
  after?: Position | undefined;
  around?: string | undefined;
}

const messagesPath = (room: string) => `/api/rooms/${encodeURIComponent(room)}/messages`;
