import type { Limits } from '../../limits/limits.js';
import { ChatError } from '../../protocol/errors.js';
import type { Message, Position } from '../../protocol/message.js';
import type { RoomService } from '../../rooms/room-service.js';
import { type Endpoint, endpoint } from '../openapi/serve.js';
import type { Visitors } from '../pages/visitors.js';
import { BEGINNING, encodeCursor } from './cursor.js';
import { deleteMessage, editMessage, getMessage, listMessages, postMessage } from './operations/messages.js';
import { noSuchMessage } from './request-fields.js';

export interface RoomMessagesDependencies {
  limits: Pick<Limits, 'heavyWork' | 'history'>;
  rooms: Pick<RoomService, 'snapshot' | 'reader' | 'post' | 'edit' | 'remove'>;
  visitors: Visitors;
}

/** A part of a room's history, and where it goes on. */
interface Page {
  /** Oldest first. */
  messages: Message[];
  hasOlder: boolean;
  hasNewer: boolean;
  /** Where a page without messages stands. */
  at: Position;
}

/** Reads, writes, edits and deletes messages of a room. A write is answered when the database has it on disk. */
export function messageEndpoints({ limits, rooms, visitors }: RoomMessagesDependencies): Endpoint[] {
  /**
   * The newest messages come from the room's memory where it holds enough of them and its feed runs, which spares
   * the database; what is asked for by cursor comes from the database.
   */
  async function latest(room: string, limit: number, by: string): Promise<Page> {
    const snapshot = await rooms.snapshot(room, by);
    const enough = snapshot.messages.length >= limit || !snapshot.hasOlder;
    const found =
      snapshot.live && enough ? snapshot : await (await rooms.reader(room, by)).latest(room, limit);
    const hasOlder = found.hasOlder || found.messages.length > limit;
    return { messages: found.messages.slice(-limit), hasOlder, hasNewer: false, at: BEGINNING };
  }

  async function before(room: string, at: Position, limit: number, by: string): Promise<Page> {
    const older = await (await rooms.reader(room, by)).before(room, at, limit);
    // What is newer than an empty page is everything.
    return { ...older, hasNewer: true, at: BEGINNING };
  }

  async function after(room: string, at: Position, limit: number, by: string): Promise<Page> {
    const newer = await (await rooms.reader(room, by)).after(room, at, limit);
    return { ...newer, hasOlder: newer.messages.length > 0, at };
  }

  function pageOf(room: string, query: PageQuery, by: string): Promise<Page> {
    if (query.before && query.after) {
      throw new ChatError('bad-request', 'before and after cannot be asked for at once', { field: 'after' });
    }
    if (query.before) return before(room, query.before, query.limit, by);
    if (query.after) return after(room, query.after, query.limit, by);
    return latest(room, query.limit, by);
  }

  return [
    endpoint(listMessages, async ({ params: { room }, query }, req, res) => {
      const reader = await visitors.reader(req);
      if (query.before) await limits.history(reader, req.ip);
      const page = await limits.heavyWork.run(req.ip, () => pageOf(room, query, reader));
      const first = page.messages[0];
      const links = {
        before: page.hasOlder && first ? encodeCursor(first) : null,
        after: encodeCursor(page.messages.at(-1) ?? page.at),
      };
      const path = `${addressOf(room)}?limit=${query.limit}`;
      if (links.before) res.links({ prev: `${path}&before=${links.before}` });
      if (page.hasNewer) res.links({ next: `${path}&after=${links.after}` });
      res.set('Cache-Control', 'no-cache').json({ messages: page.messages, ...links });
    }),

    endpoint(postMessage, async ({ params: { room }, body: { body, id } }, req, res) => {
      const { id_user, name } = await visitors.visitor(req, res);
      const { message, created, notice } = await rooms.post(
        { id, room, body, author: { id_user, name } },
        req.ip,
      );
      // A notice that depends on the broker comes too late for the header: the message is stored now.
      if (notice instanceof ChatError) res.set('Changeroom-Notice', notice.code);
      res
        .status(created ? 201 : 200)
        .location(`${addressOf(room)}/${encodeURIComponent(message.id)}`)
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
}

const addressOf = (room: string) => `/api/rooms/${encodeURIComponent(room)}/messages`;
