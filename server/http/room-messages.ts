import { Router } from 'express';
import { ChatError } from '../errors.js';
import { cleanBody, cleanId, cleanRoom, type Message, type Position } from '../message.js';
import type { Rooms } from '../rooms/rooms.js';
import { BEGINNING, decodeCursor, encodeCursor, LONGEST_ID } from './cursor.js';
import { onlyMethods } from './problems.js';
import { readLimit } from './query.js';
import { readFields, requestBody } from './request-body.js';
import type { Visitors } from './visitors.js';

export interface RoomMessagesParts {
  rooms: Pick<Rooms, 'snapshot' | 'reader' | 'post' | 'edit' | 'remove'>;
  visitors: Visitors;
}

const PAGE = { min: 1, max: 100, fallback: 50 };

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
export function roomMessagesRouter({ rooms, visitors }: RoomMessagesParts): Router {
  const router = Router();

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

  function pageOf(room: string, query: Record<string, unknown>, limit: number, by: string): Promise<Page> {
    if (query.before !== undefined && query.after !== undefined) {
      throw new ChatError('bad-request', 'before and after cannot be asked for at once', { field: 'after' });
    }
    if (query.before !== undefined) return before(room, decodeCursor(query.before, 'before'), limit, by);
    if (query.after !== undefined) return after(room, decodeCursor(query.after, 'after'), limit, by);
    return latest(room, limit, by);
  }

  router
    .route('/rooms/:room/messages')
    .get(async (req, res) => {
      const room = cleanRoom(req.params.room);
      const limit = readLimit(req.query.limit, PAGE);
      const page = await pageOf(room, req.query, limit, await visitors.reader(req));
      const first = page.messages[0];
      const links = {
        before: page.hasOlder && first ? encodeCursor(first) : null,
        after: encodeCursor(page.messages.at(-1) ?? page.at),
      };
      const path = `${req.baseUrl}/rooms/${encodeURIComponent(room)}/messages?limit=${limit}`;
      if (links.before) res.links({ prev: `${path}&before=${links.before}` });
      if (page.hasNewer) res.links({ next: `${path}&after=${links.after}` });
      res.set('Cache-Control', 'no-cache').json({ messages: page.messages, ...links });
    })
    .post(requestBody, async (req, res) => {
      const room = cleanRoom(req.params.room);
      const fields = readFields(req, 'body');
      const body = cleanBody(fields.body);
      const id = fields.id === undefined ? undefined : cleanId(fields.id);
      const { id_user, name } = await visitors.visitor(req, res);
      const { message, created } = await rooms.post({ id, room, body, author: { id_user, name } });
      res
        .status(created ? 201 : 200)
        .location(
          `${req.baseUrl}/rooms/${encodeURIComponent(room)}/messages/${encodeURIComponent(message.id)}`,
        )
        .json(message);
    })
    .all(onlyMethods('GET', 'POST'));

  router
    .route('/rooms/:room/messages/:id')
    .get(async (req, res) => {
      const room = cleanRoom(req.params.room);
      const messages = await rooms.reader(room, await visitors.reader(req));
      const message = await messages.get(room, storedId(req.params.id));
      if (!message) throw noSuchMessage();
      res.set('Cache-Control', 'no-cache').json(message);
    })
    .patch(requestBody, async (req, res) => {
      const room = cleanRoom(req.params.room);
      const id = storedId(req.params.id);
      const body = cleanBody(readFields(req, 'body').body);
      const by = (await visitors.visitor(req, res)).id_user;
      res.json(await rooms.edit({ room, id, body, by }));
    })
    .delete(async (req, res) => {
      const room = cleanRoom(req.params.room);
      const id = storedId(req.params.id);
      await rooms.remove({ room, id, by: (await visitors.visitor(req, res)).id_user });
      res.status(204).end();
    })
    .all(onlyMethods('GET', 'PATCH', 'DELETE'));

  return router;
}

/** An id of any form, as rows from elsewhere may have; no row has one that the database would refuse. */
function storedId(id: string): string {
  if (Buffer.byteLength(id) > LONGEST_ID || id.includes('\0')) throw noSuchMessage();
  return id;
}

function noSuchMessage(): ChatError {
  return new ChatError('no-such-message', 'there is no such message in this room', { field: 'id' });
}
