import path from 'node:path';
import express, { type Request, type Response, Router } from 'express';
import type { Identity } from '../auth/guest.js';
import { ChatError } from '../errors.js';
import type { Log } from '../log.js';
import { cleanBody, cleanId, cleanName, cleanRoom, LOBBY, type Message } from '../message.js';
import type { Rooms } from '../rooms/rooms.js';
import { ROOT } from '../root.js';
import { decodeCursor } from './cursor.js';
import { type Assets, BUILD_FOLDER, readAssets } from './page/assets.js';
import { type Rejected, roomPage } from './page/room-page.js';
import { roomPath } from './page/room-path.js';
import { onlyMethods } from './problems.js';
import { readFields, requestBody } from './request-body.js';
import { sameOrigin } from './same-origin.js';
import type { Visitors } from './visitors.js';

export interface PagesParts {
  rooms: Pick<Rooms, 'snapshot' | 'reader' | 'post' | 'edit' | 'remove'>;
  visitors: Visitors;
  log: Log;
}

/** Messages on a page of history. */
const PAGE = 100;
const A_DAY = '1d';

/** The pages, complete without JavaScript, and what they are made of: styles, script, icons. */
export function pagesRouter({ rooms, visitors, log }: PagesParts): Router {
  const router = Router();
  let assets: Assets | null = null;

  async function show(req: Request, res: Response, { room, user, rejected }: Shown): Promise<void> {
    const cursor = req.query.before;
    // A database that has just been waited for in vain is not waited for again.
    const known = rejected?.error.code === 'database-away' ? Promise.reject(rejected.error) : null;
    const { messages, hasOlder, away } = await (known ?? read(room, cursor, user)).catch(nothingWhileAway);
    const error = rejected?.error ?? away;
    if (error?.details.retryAfterMs)
      res.set('Retry-After', `${Math.ceil(error.details.retryAfterMs / 1000)}`);
    const page = roomPage({
      room,
      user,
      messages,
      hasOlder,
      away,
      rejected,
      isHistory: cursor !== undefined,
      isStill: req.query.still !== undefined,
      editing: rejected?.action === 'edit' ? rejected.id : textOf(req.query.edit),
    });
    res
      .status(error?.status ?? 200)
      .set('Cache-Control', 'private, no-cache')
      .render('room', page);
  }

  async function read(room: string, cursor: unknown, { id_user }: Identity): Promise<Read> {
    if (cursor === undefined) return rooms.snapshot(room, id_user);
    return (await rooms.reader(room, id_user)).before(room, decodeCursor(cursor, 'before'), PAGE);
  }

  /** Does what a form asks for. */
  async function perform(author: Identity, room: string, fields: Fields): Promise<void> {
    const id = fields.id === undefined ? undefined : cleanId(fields.id);
    if (fields.action === 'delete') await rooms.remove({ room, id: cleanId(id), by: author.id_user });
    else if (fields.action === 'edit') {
      await rooms.edit({ room, id: cleanId(id), body: cleanBody(fields.body), by: author.id_user });
    } else await rooms.post({ ...(id && { id }), room, body: cleanBody(fields.body), author });
  }

  // For the error page too.
  router.use((_req, res, next) => {
    assets ??= readAssets(log);
    res.locals.assets = assets;
    next();
  });
  router.use('/static', express.static(BUILD_FOLDER, { immutable: true, maxAge: '1y', index: false }));
  router.use('/icons', express.static(path.join(ROOT, 'static/icons'), { maxAge: A_DAY, index: false }));
  router.use(sameOrigin);

  router
    .route(['/', '/r', '/r/:room'])
    .get(async (req, res) => {
      const room = roomOf(req);
      if (isElsewhere(req, room)) return res.redirect(roomPath(room));
      await show(req, res, { room, user: await visitors.visitor(req, res) });
    })
    .post(requestBody, async (req, res) => {
      const room = roomOf(req);
      const fields = readFields(req, 'body');
      const user = await visitors.visitor(req, res);
      try {
        await perform(user, room, fields);
      } catch (error) {
        return show(req, res, { room, user, rejected: rejection(error, fields, fields.body) });
      }
      res.redirect(303, roomPath(room));
    })
    .all(onlyMethods('GET', 'POST'));

  router
    .route('/name')
    .post(requestBody, async (req, res) => {
      const fields = readFields(req, 'name');
      const room = cleanRoom(fields.room ?? LOBBY);
      try {
        await visitors.rename(req, res, cleanName(fields.name));
      } catch (error) {
        const user = await visitors.visitor(req, res);
        return show(req, res, { room, user, rejected: rejection(error, { action: 'name' }, fields.name) });
      }
      res.redirect(303, roomPath(room));
    })
    .all(onlyMethods('POST'));

  return router;
}

type Fields = Record<string, unknown>;

interface Shown {
  room: string;
  user: Identity;
  rejected?: Rejected;
}

interface Read {
  messages: readonly Message[];
  hasOlder: boolean;
  /** Why there is nothing to read. */
  away?: ChatError;
}

/** The room that an address means. @throws ChatError `bad-room` */
function roomOf(req: Request): string {
  const { room = req.query.room } = req.params;
  return req.path === '/' || room === undefined || room === '' ? LOBBY : cleanRoom(room);
}

/** True where a room's page has another address than the one asked for. */
function isElsewhere(req: Request, room: string): boolean {
  const { pathname, searchParams } = new URL(roomPath(room), 'http://localhost');
  const asked = searchParams.has('room') ? req.query.room === searchParams.get('room') : true;
  return !asked || decodeURIComponent(req.path) !== decodeURIComponent(pathname);
}

/** A page can be shown without messages; anything but the database's absence is for the error page. */
function nothingWhileAway(error: unknown): Read {
  if (!(error instanceof ChatError) || error.code !== 'database-away') throw error;
  return { messages: [], hasOlder: false, away: error };
}

function rejection(error: unknown, { action, id }: Fields, text: unknown): Rejected {
  if (!(error instanceof ChatError)) throw error;
  return { error, action: textOf(action) ?? 'create', text: textOf(text) ?? '', id: textOf(id) };
}

/** A parameter that comes once, and not as a list. */
function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
