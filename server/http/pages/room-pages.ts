import { type Request, type RequestHandler, type Response, Router } from 'express';
import { isVisibleRefusal } from '../../access/rights.js';
import { storedMessageId } from '../../database/tables/message-refusals.js';
import type { UserTable } from '../../database/tables/user-table.js';
import type { FileService } from '../../files/file-service.js';
import type { ChatError } from '../../protocol/errors.js';
import { cleanFiles } from '../../protocol/file.js';
import {
  cleanBody,
  cleanCaption,
  cleanId,
  cleanReplyTo,
  cleanRoom,
  cleanTopic,
  LIMITS,
  LOBBY,
} from '../../protocol/message.js';
import { cleanEmoji } from '../../protocol/text/reaction-emoji.js';
import { noticeInTime } from '../../rooms/command-notices.js';
import type { JoinRequests } from '../../rooms/join-requests.js';
import type { RoomDirectory } from '../../rooms/room-directory.js';
import type { RoomService } from '../../rooms/room-service.js';
import { isMultipart, readMultipart } from '../middleware/multipart.js';
import { onlyMethods } from '../middleware/problems.js';
import { readFields, requestBody } from '../middleware/request-body.js';
import type { Visitors } from '../visitors.js';
import { framePath } from './log-page.js';
import type { LogPageLoader } from './log-page-loader.js';
import { showMembersPage } from './members-page.js';
import { type PageVisitor, pageVisitor } from './page-visitor.js';
import { showPinnedPage } from './pinned-page.js';
import { rejectedForm, textOf } from './rejected-form.js';
import type { RoomPageLoader } from './room-page-loader.js';
import { notificationsPath, roomPath, withQuery } from './rows/room-path.js';

export interface RoomPagesDependencies {
  directory: RoomDirectory;
  files: Pick<FileService, 'upload'>;
  joinRequests: Pick<JoinRequests, 'add'>;
  logPages: LogPageLoader;
  rooms: Pick<RoomService, 'post' | 'edit' | 'remove' | 'react' | 'pinned'>;
  roomPages: RoomPageLoader;
  users: Pick<UserTable, 'namesFor'>;
  visitors: Visitors;
}

type Fields = Record<string, unknown>;

/**
 * The pages of rooms and their forms: under `/r/` for the authenticated visitor, under `/ui/` for the playground user that
 * `?id_user=` selects.
 */
export function roomPagesRouter({
  directory,
  files,
  joinRequests,
  logPages,
  rooms,
  roomPages,
  users,
  visitors,
}: RoomPagesDependencies): Router {
  const router = Router();
  const pagesOf = (req: Request) => (isLog(req) ? logPages : roomPages);

  /** The fields of a form. Its files are stored, and their ids are the field `files`. */
  async function formFields(req: Request, room: string, { user }: PageVisitor): Promise<Fields> {
    if (!isMultipart(req)) return readFields(req, 'body');
    const ids: string[] = [];
    const fields = await readMultipart(req, LIMITS.files, async (file) => {
      const upload = { room, id_user: user.id_user, address: req.ip, length: undefined, ...file };
      ids.push((await files.upload(upload)).id);
    });
    return { ...fields, files: ids };
  }

  /** Performs the action of a form. @returns a notice about an action that succeeded */
  async function perform(
    { user }: PageVisitor,
    room: string,
    fields: Fields,
    address: string | undefined,
  ): Promise<ChatError | null> {
    const by = user.id_user;
    if (fields.action === 'react') return react(room, fields, user, address);
    const id = fields.id === undefined ? undefined : cleanId(fields.id);
    if (fields.action === 'request')
      await joinRequests.add(room, user, cleanTopic(fields.text ?? ''), address);
    else if (fields.action === 'join') await directory.join(room, user, address);
    else if (fields.action === 'leave') await directory.leave(room, by, address);
    else if (fields.action === 'delete') await rooms.remove({ room, id: cleanId(id), by }, address);
    else if (fields.action === 'edit')
      await rooms.edit({ room, id: cleanId(id), body: cleanBody(fields.body), by }, address);
    else {
      const files = cleanFiles(fields.files);
      const body = files.length > 0 ? cleanCaption(fields.body) : cleanBody(fields.body);
      const reply_to = cleanReplyTo(fields.reply_to);
      const message = { ...(id && { id }), room, body, files, reply_to, author: user };
      const { notice } = await rooms.post(message, address);
      return noticeInTime(notice);
    }
    return null;
  }

  async function react(room: string, fields: Fields, by: PageVisitor['user'], address: string | undefined) {
    const isAdded = fields.unreact === undefined;
    const emoji = cleanEmoji(isAdded ? fields.emoji : fields.unreact);
    await rooms.react({ room, id: storedMessageId(fields.id), by, emoji, isAdded }, address);
    return null;
  }

  /** A page with one part of a room, such as its members. */
  async function showOnePart(
    req: Request,
    res: Response,
    shown: PageVisitor & { room: string },
    show: typeof showMembersPage | typeof showPinnedPage,
  ) {
    try {
      await show(req, res, shown, { directory, rooms, roomPages, users });
    } catch (error) {
      if (!isVisibleRefusal(error)) throw error;
      await roomPages.refuse(req, res, shown);
    }
  }

  function submit(byAddress: boolean, action?: 'join' | 'leave'): RequestHandler {
    return async (req, res) => {
      const room = roomOf(req);
      const visitor = await pageVisitor(visitors, req, res, byAddress);
      let fields: Fields = {};
      let notice: ChatError | null;
      try {
        fields = action ? { action } : await formFields(req, room, visitor);
        notice = await perform(visitor, room, fields, req.ip);
      } catch (error) {
        return pagesOf(req).show(req, res, {
          ...visitor,
          room,
          rejected: rejectedForm(error, fields, fields.body),
        });
      }
      const page = roomPath(room, visitor.as);
      const path = isLog(req) ? framePath(page) : page;
      res.redirect(303, notice ? withQuery(path, `notice=${notice.code}`) : path);
    };
  }

  function show(byAddress: boolean): RequestHandler {
    return async (req, res) => {
      const room = roomOf(req);
      const as = byAddress ? (textOf(req.query.id_user) ?? '') : null;
      if (needsRedirect(req, roomPath(room, as))) return res.redirect(roomPath(room, as));
      const shown = { ...(await pageVisitor(visitors, req, res, byAddress)), room };
      if (req.query.members !== undefined) await showOnePart(req, res, shown, showMembersPage);
      else if (req.query.notifications !== undefined) res.redirect(notificationsPath(room, as));
      else if (req.query.pinned !== undefined) await showOnePart(req, res, shown, showPinnedPage);
      else await pagesOf(req).show(req, res, shown);
    };
  }

  for (const { paths, base, byAddress } of [
    { paths: ['/', '/r', '/r/:room'], base: '/r', byAddress: false },
    { paths: ['/ui', '/ui/:room'], base: '/ui', byAddress: true },
  ]) {
    for (const action of ['join', 'leave'] as const) {
      const handler = submit(byAddress, action);
      router.route(`${base}/:room/${action}`).post(requestBody, handler).all(onlyMethods('POST'));
    }
    router
      .route(paths)
      .get(show(byAddress))
      .post(requestBody, submit(byAddress))
      .all(onlyMethods('GET', 'POST'));
  }
  return router;
}

/** The room of a page's address. @throws ChatError `bad-room` */
function roomOf(req: Request): string {
  const { room = req.query.room } = req.params;
  return req.path === '/' || room === undefined || room === '' ? LOBBY : cleanRoom(room);
}

/** The log of the room alone, for a frame. */
const isLog = (req: Request) => req.query.log !== undefined;

/** True if the requested address is not the canonical address of the room's page. */
function needsRedirect(req: Request, address: string): boolean {
  const { pathname, searchParams } = new URL(address, 'http://localhost');
  const asked = searchParams.has('room') ? req.query.room === searchParams.get('room') : true;
  return !asked || decodeURIComponent(req.path) !== decodeURIComponent(pathname);
}
