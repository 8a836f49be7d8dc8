import { type Request, type Response, Router } from 'express';
import { ChatError } from '../../protocol/errors.js';
import { cleanRoom, LOBBY } from '../../protocol/message.js';
import { cleanNotifications } from '../../protocol/notification-changes.js';
import { cleanSetting, type SettingsChanges } from '../../protocol/user-settings.js';
import { onlyMethods } from '../middleware/problems.js';
import { readFields, requestBody } from '../middleware/request-body.js';
import type { Visitors } from '../visitors.js';
import { toHtml } from './html.js';
import { pageVisitor } from './page-visitor.js';
import { applySettings, localeOf, settingsOf } from './reader-locale.js';
import type { RoomPageLoader } from './room-page-loader.js';
import { notificationChanges } from './rows/notification-fields.js';
import { notificationFields } from './rows/notification-form.js';
import { asUser, notificationsPath, withQuery } from './rows/room-path.js';
import { settingsFields } from './rows/settings-form.js';
import { sidePanel } from './side-panel.js';
import { inLocale } from './texts/text.js';
import { UTC_TIME } from './utc-time.js';

export interface SettingsPageDependencies {
  roomPages: Pick<RoomPageLoader, 'list'>;
  visitors: Visitors;
}

/** The page with the settings of a user. With JavaScript, a dialog on the room's page replaces it. */
export function settingsRouter({ roomPages, visitors }: SettingsPageDependencies): Router {
  const visitorOf = (req: Request, res: Response) =>
    pageVisitor(visitors, req, res, req.query.id_user !== undefined);

  async function show(req: Request, res: Response, error?: ChatError) {
    const visitor = await visitorOf(req, res);
    const room = roomIn(req);
    const settings = settingsOf(res);
    const rooms = await roomPages.list(visitor.user.id_user);
    const isFollowed = (one: string) => rooms.some(({ name, joined }) => name === one && joined);
    const page = inLocale(localeOf(req, res), () => ({
      ...sidePanel({ ...visitor, room: LOBBY, isRoomShown: false, rooms }),
      fieldsHtml: toHtml(...settingsFields(settings)),
      notificationsHtml: toHtml(
        ...notificationFields(settings.notifications, {
          room: room === null ? null : { name: room, isFollowed: isFollowed(room) },
          time: UTC_TIME,
          now: Date.now(),
          zone: 'UTC',
        }),
      ),
      settingsPath: pathOf(room, visitor.as),
      isSaved: req.query.saved !== undefined,
      error,
    }));
    res
      .status(error?.status ?? 200)
      .set('Cache-Control', 'private, no-cache')
      .render('settings', page);
  }

  const router = Router();
  router
    .route('/settings')
    .get((req, res) => show(req, res))
    .post(requestBody, async (req, res) => {
      const fields = readFields(req, undefined);
      const { user, as } = await visitorOf(req, res);
      try {
        applySettings(req, res, await visitors.changeSettings(user.id_user, chosenIn(fields), req.ip));
      } catch (error) {
        if (!(error instanceof ChatError)) throw error;
        return show(req, res, error);
      }
      res.redirect(303, withQuery(pathOf(roomIn(req), as), 'saved'));
    })
    .all(onlyMethods('GET', 'POST'));
  return router;
}

const pathOf = (room: string | null, as: string | null) =>
  room === null ? asUser('/settings', as) : notificationsPath(room, as);

/** The room whose notifications the page is about; null for an address without a valid name. */
function roomIn({ query: { room } }: Request): string | null {
  try {
    return room === undefined ? null : cleanRoom(room);
  } catch {
    return null;
  }
}

/** The settings of a form. @throws ChatError `bad-setting`, `bad-room` */
function chosenIn(fields: Record<string, unknown>): SettingsChanges {
  const { theme, density, clock, language } = fields;
  const notifications = notificationChanges(fields, Date.now());
  return {
    ...(theme !== undefined && { theme: cleanSetting('theme', theme) }),
    ...(density !== undefined && { density: cleanSetting('density', density) }),
    ...(clock !== undefined && { clock: cleanSetting('clock', clock) }),
    ...(language !== undefined && { language: cleanSetting('language', language) }),
    ...(notifications && { notifications: cleanNotifications(notifications) }),
  };
}
