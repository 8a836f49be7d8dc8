import { Router } from 'express';
import type { UserTable } from '../../database/tables/user-table.js';
import type { Limits } from '../../limits/limits.js';
import { LOBBY } from '../../protocol/message.js';
import type { MentionList } from '../../rooms/mention-list.js';
import { decodeCursor, encodeCursor } from '../api/schemas/cursor.js';
import { onlyMethods } from '../middleware/problems.js';
import type { Visitors } from '../visitors.js';
import { Html, toHtml } from './html.js';
import { messageHtml } from './message-html.js';
import { pageVisitor } from './page-visitor.js';
import { localeOf } from './reader-locale.js';
import type { RoomPageLoader } from './room-page-loader.js';
import { element } from './rows/element.js';
import { fileViews } from './rows/file-view.js';
import { messageRow } from './rows/message-row.js';
import { asUser, messagePath, withQuery } from './rows/room-path.js';
import type { ShownMessage } from './rows/shown-message.js';
import { shownMessages } from './rows/shown-messages.js';
import { sidePanel } from './side-panel.js';
import { inLocale } from './texts/text.js';
import { UTC_TIME } from './utc-time.js';

export interface MentionsPageDependencies {
  limits: Pick<Limits, 'heavyWork' | 'history'>;
  mentionList: MentionList;
  roomPages: Pick<RoomPageLoader, 'list'>;
  users: Pick<UserTable, 'namesFor'>;
  visitors: Visitors;
}

const MENTIONS_PER_PAGE = 50;

/** The page with the messages that mention the visitor, newest first. Each leads to its place in its room. */
export function mentionsPageRouter(dependencies: MentionsPageDependencies): Router {
  const { limits, mentionList, roomPages, users, visitors } = dependencies;
  const router = Router();
  router
    .route('/mentions')
    .get(async (req, res) => {
      const visitor = await pageVisitor(visitors, req, res, req.query.id_user !== undefined);
      const { as, user } = visitor;
      const before = req.query.before === undefined ? null : decodeCursor(req.query.before, 'before');
      await limits.history(user.id_user, req.ip);
      await limits.heavyWork.run(req.ip, async () => {
        const page = await mentionList.page(user.id_user, before, MENTIONS_PER_PAGE);
        const messages = shownMessages(page.messages, await users.namesFor(page.messages), {});
        const rooms = await roomPages.list(user.id_user);
        const path = asUser('/mentions', as);
        const model = inLocale(localeOf(req, res), () => ({
          ...sidePanel({ ...visitor, room: LOBBY, isRoomShown: false, rooms }),
          rowsHtml: toHtml(...messages.map((message) => mentionRow(message, user.id_user, as))),
          olderPath: page.before && withQuery(path, `before=${encodeCursor(page.before)}`),
        }));
        res.set('Cache-Control', 'private, no-cache').render('mentions', model);
      });
    })
    .all(onlyMethods('GET'));
  return router;
}

function mentionRow(message: ShownMessage, self: string, as: string | null) {
  const pathOf = (id: string) => messagePath({ room: message.room, id }, as);
  const { head, body } = messageHtml(message, { self, pathOf });
  const place = element(
    'p',
    { class: 'mention-place' },
    element('a', { href: messagePath(message, as) }, '#', element('bdi', {}, message.room)),
    ` · ${UTC_TIME.dayName(message.sent)}`,
  );
  return messageRow<Html>(
    message,
    { leads: true, isOwn: false },
    new Html(head),
    new Html(body),
    ...fileViews(message, as),
    place,
  );
}
