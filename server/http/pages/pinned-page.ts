import type { Request, Response } from 'express';
import type { UserTable } from '../../database/tables/user-table.js';
import type { RoomService } from '../../rooms/room-service.js';
import { Html, toHtml } from './html.js';
import { messageHtml } from './message-html.js';
import type { PageVisitor } from './page-visitor.js';
import { localeOf } from './reader-locale.js';
import type { RoomPageLoader } from './room-page-loader.js';
import { type ElementTree, element } from './rows/element.js';
import { fileViews } from './rows/file-view.js';
import { messageRow } from './rows/message-row.js';
import { withQuery } from './rows/room-path.js';
import type { ShownMessage } from './rows/shown-message.js';
import { shownMessages } from './rows/shown-messages.js';
import { sidePanel } from './side-panel.js';
import { inLocale, t } from './texts/text.js';

export interface PinnedPageDependencies {
  rooms: Pick<RoomService, 'pinned'>;
  roomPages: Pick<RoomPageLoader, 'list'>;
  users: Pick<UserTable, 'namesFor'>;
}

/**
 * The page `?pinned` of a room: its pinned messages, the newest pin first.
 * @throws ChatError `not-a-member`, `database-unavailable`
 */
export async function showPinnedPage(
  req: Request,
  res: Response,
  { room, ...visitor }: PageVisitor & { room: string },
  { rooms, roomPages, users }: PinnedPageDependencies,
): Promise<void> {
  const by = visitor.user.id_user;
  const [messages, listed] = await Promise.all([rooms.pinned(room, by), roomPages.list(by)]);
  const names = await users.namesFor(messages);
  res.set('Cache-Control', 'private, no-cache');
  inLocale(localeOf(req, res), () => {
    const side = sidePanel({ ...visitor, room, rooms: listed });
    const rows = shownMessages(messages, names, {}).map((message) => pinnedRow(message, visitor, side.path));
    res.render('pinned', { ...side, rowsHtml: toHtml(...rows) });
  });
}

function pinnedRow(message: ShownMessage, { user, as }: PageVisitor, path: string): ElementTree<Html> {
  const { head, body } = messageHtml(message, {
    self: user.id_user,
    pathOf: (id) => withQuery(path, `at=${encodeURIComponent(id)}`),
    path,
  });
  const link = { class: 'tool', href: withQuery(path, `at=${encodeURIComponent(message.id)}`) };
  return messageRow<Html>(
    message,
    { leads: true, isOwn: false },
    new Html(head),
    new Html(body),
    ...fileViews(message, as),
    element('div', { class: 'actions' }, element('a', link, t('annotations.show'))),
  );
}
