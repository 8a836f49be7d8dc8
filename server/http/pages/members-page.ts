import type { Request, Response } from 'express';
import type { Member, RoomEntry } from '../../protocol/room.js';
import type { RoomDirectory } from '../../rooms/room-directory.js';
import { decodeCursor, encodeCursor } from '../api/schemas/cursor.js';
import { toHtml } from './html.js';
import type { PageVisitor } from './page-visitor.js';
import { localeOf } from './reader-locale.js';
import type { RoomPageLoader } from './room-page-loader.js';
import { type ElementTree, element } from './rows/element.js';
import { memberRow } from './rows/member-row.js';
import { membersTitle } from './rows/members-title.js';
import { roomSettingsPath, withQuery } from './rows/room-path.js';
import { sidePanel } from './side-panel.js';
import { inLocale, t } from './texts/text.js';
import { UTC_TIME } from './utc-time.js';

export interface MembersPageDependencies {
  directory: Pick<RoomDirectory, 'info' | 'members'>;
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
  const [rooms, { role: own }] = await Promise.all([roomPages.list(by), directory.info(room, by)]);
  res.set('Cache-Control', 'private, no-cache');
  inLocale(localeOf(req, res), () => {
    const side = sidePanel({ ...visitor, room, rooms });
    const isOpen = side.entry.access === 'open';
    const formPath = roomSettingsPath(room, visitor.as);
    const firstPath = withQuery(side.path, 'members');
    const nextCursor = next && encodeCursor({ sent: next.joined ?? 0, id: next.id_user });
    res.render('members', {
      ...side,
      title: membersTitle(isOpen, null),
      heading: membersTitle(isOpen, total),
      emptyText: isOpen ? t('followers.noneHint') : t('members.none'),
      membersHtml: toHtml(...members.map((member) => row(member, by, own, formPath))),
      firstPath: after && firstPath,
      nextPath: nextCursor && withQuery(firstPath, `after=${nextCursor}`),
    });
  });
}

function row(
  { joined, present, ...member }: Member,
  reader: string,
  own: RoomEntry['role'],
  formPath: string,
): ElementTree {
  const isSelf = member.id_user === reader;
  return memberRow(
    { ...member, isPresent: present, isSelf },
    joined !== null &&
      element(
        'time',
        { datetime: new Date(joined).toISOString(), title: UTC_TIME.fullTime(joined) },
        UTC_TIME.dayOf(joined),
      ),
    !isSelf && actions(member, own, formPath),
  );
}

/** A form with the changes of a member that the reader may make. */
function actions(
  { id_user, role }: Pick<Member, 'id_user' | 'role'>,
  own: RoomEntry['role'],
  formPath: string,
): ElementTree | null {
  const isOwner = own === 'owner' || own === 'operator';
  const canRemove = isOwner || (own === 'moderator' && role === 'member');
  if (!canRemove || role === 'owner') return null;
  const button = (action: string, text: string) =>
    element('button', { class: 'button quiet', name: 'action', value: action }, text);
  return element(
    'form',
    { method: 'post', action: formPath },
    element('input', { type: 'hidden', name: 'id', value: id_user }),
    element('input', { type: 'hidden', name: 'from', value: 'members' }),
    isOwner && role === 'member' && button('moderator', t('role.makeModerator')),
    isOwner && role === 'moderator' && button('member', t('role.makeMember')),
    isOwner && button('owner', t('role.makeOwner')),
    button('remove', t('role.remove')),
  );
}
