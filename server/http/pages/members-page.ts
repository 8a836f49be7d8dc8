import type { Request, Response } from 'express';
import type { RoomDirectory } from '../../rooms/room-directory.js';
import { decodeCursor, encodeCursor } from '../api/schemas/cursor.js';
import { toHtml } from './html.js';
import type { PageVisitor } from './page-visitor.js';
import type { RoomPageLoader } from './room-page-loader.js';
import { element } from './rows/element.js';
import { memberRow } from './rows/member-row.js';
import { membersTitle } from './rows/members-title.js';
import { withQuery } from './rows/room-path.js';
import { sidePanel } from './side-panel.js';
import { UTC_TIME } from './utc-time.js';

export interface MembersPageDependencies {
  directory: Pick<RoomDirectory, 'members'>;
  roomPages: Pick<RoomPageLoader, 'list'>;
}

const MEMBERS_PER_PAGE = 200;

/**
 * The page `?members` of a room: its members in the order of joining. With JavaScript, a panel on the room's page
 * replaces it.
 * @throws ChatError `not-a-member`, `bad-cursor`, `database-unavailable`
 */
export async function showMembersPage(
  req: Request,
  res: Response,
  { room, ...visitor }: PageVisitor & { room: string },
  { directory, roomPages }: MembersPageDependencies,
): Promise<void> {
  const position = req.query.after === undefined ? null : decodeCursor(req.query.after, 'after');
  const after = position && { joined: position.sent, id_user: position.id };
  const by = visitor.user.id_user;
  const { members, total, next } = await directory.members(room, by, after, MEMBERS_PER_PAGE);
  const side = sidePanel({ ...visitor, room, rooms: await roomPages.list(by) });
  const firstPath = withQuery(side.path, 'members');
  const rows = members.map(({ joined, present, ...member }) =>
    memberRow(
      { ...member, isPresent: present, isSelf: member.id_user === by },
      joined !== null &&
        element(
          'time',
          { datetime: new Date(joined).toISOString(), title: UTC_TIME.fullTime(joined) },
          UTC_TIME.dayOf(joined),
        ),
    ),
  );
  res.set('Cache-Control', 'private, no-cache').render('members', {
    ...side,
    heading: membersTitle(total),
    membersHtml: toHtml(...rows),
    firstPath: after && firstPath,
    nextPath:
      next && withQuery(firstPath, `after=${encodeCursor({ sent: next.joined ?? 0, id: next.id_user })}`),
  });
}
