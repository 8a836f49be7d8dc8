import { type Request, type Response, Router } from 'express';
import { ChatError } from '../../protocol/errors.js';
import { cleanNewRoom, cleanTopic, LOBBY } from '../../protocol/message.js';
import { cleanAccess } from '../../protocol/room-settings.js';
import type { RoomDirectory } from '../../rooms/room-directory.js';
import { onlyMethods } from '../middleware/problems.js';
import { readFields, requestBody } from '../middleware/request-body.js';
import type { Visitors } from '../visitors.js';
import { pageVisitor } from './page-visitor.js';
import { localeOf } from './reader-locale.js';
import { textOf } from './rejected-form.js';
import type { RoomPageLoader } from './room-page-loader.js';
import { roomPath } from './rows/room-path.js';
import { sidePanel } from './side-panel.js';
import { inLocale } from './texts/text.js';

export interface NewRoomDependencies {
  directory: RoomDirectory;
  roomPages: RoomPageLoader;
  visitors: Visitors;
}

/** The page with the form that creates a room. With JavaScript, a dialog on the room's page replaces it. */
export function newRoomRouter({ directory, roomPages, visitors }: NewRoomDependencies): Router {
  async function show(req: Request, res: Response, fields: Record<string, unknown>, error?: ChatError) {
    const visitor = await visitorOf(req, res);
    const rooms = error?.code === 'database-unavailable' ? [] : await roomPages.list(visitor.user.id_user);
    const typed = { name: textOf(fields.name), topic: textOf(fields.topic), access: textOf(fields.access) };
    res
      .status(error?.status ?? 200)
      .set('Cache-Control', 'private, no-cache')
      .render('new-room', {
        ...inLocale(localeOf(req, res), () =>
          sidePanel({ ...visitor, room: LOBBY, isRoomShown: false, rooms }),
        ),
        typed,
        error,
      });
  }

  const visitorOf = (req: Request, res: Response) =>
    pageVisitor(visitors, req, res, req.query.id_user !== undefined);

  const router = Router();
  router
    .route('/rooms/new')
    .get((req, res) => show(req, res, {}))
    .all(onlyMethods('GET'));
  router
    .route('/rooms')
    .get((_req, res) => res.redirect('/'))
    .post(requestBody, async (req, res) => {
      const fields = readFields(req, 'name');
      const { user, as } = await visitorOf(req, res);
      try {
        const name = cleanNewRoom('name', fields.name);
        const topic = cleanTopic(fields.topic ?? '');
        const access = cleanAccess(fields.access);
        await directory.create({ name, topic, access, by: user, address: req.ip });
        res.redirect(303, roomPath(name, as));
      } catch (error) {
        if (!(error instanceof ChatError)) throw error;
        await show(req, res, fields, error);
      }
    })
    .all(onlyMethods('GET', 'POST'));
  return router;
}
