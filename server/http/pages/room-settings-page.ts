import { type Request, type RequestHandler, type Response, Router } from 'express';
import { ChatError } from '../../protocol/errors.js';
import { cleanRoom, LOBBY } from '../../protocol/message.js';
import type { RoomEntry } from '../../protocol/room.js';
import { cleanRoomSettings, ROOM_SETTINGS } from '../../protocol/room-settings.js';
import type { RoomAdministration } from '../../rooms/room-administration.js';
import type { RoomDirectory } from '../../rooms/room-directory.js';
import { cleanExpiry, cleanUses } from '../api/schemas/invitation-fields.js';
import { readFields, requestBody } from '../middleware/request-body.js';
import type { Visitors } from '../visitors.js';
import { toHtml } from './html.js';
import { type PageVisitor, pageVisitor } from './page-visitor.js';
import { localeOf } from './reader-locale.js';
import { textOf } from './rejected-form.js';
import type { RoomPageLoader } from './room-page-loader.js';
import { roomChoices } from './room-settings-form.js';
import { membersTitle } from './rows/members-title.js';
import { roleText } from './rows/role-text.js';
import { roomPath, roomSettingsPath, withQuery } from './rows/room-path.js';
import { sidePanel } from './side-panel.js';
import { inLocale } from './texts/text.js';
import { UTC_TIME } from './utc-time.js';

export interface RoomSettingsPageDependencies extends RoomAdministration {
  directory: Pick<RoomDirectory, 'info'>;
  roomPages: Pick<RoomPageLoader, 'list'>;
  visitors: Visitors;
}

type Fields = Record<string, unknown>;

interface Outcome {
  error?: ChatError;
  /** A new link, which is shown once. */
  link?: string;
}

/**
 * The page `?settings` of a room: its description, and for those with the right to, its settings, invitations and requests to
 * join.
 */
export function roomSettingsRouter(dependencies: RoomSettingsPageDependencies): Router {
  const { directory, invitations, joinRequests, roomMembers, roomPages, roomSettings, visitors } =
    dependencies;

  async function show(
    req: Request,
    res: Response,
    room: string,
    visitor: PageVisitor,
    outcome: Outcome = {},
  ) {
    const { user, as } = visitor;
    const entry = await directory.info(room, user.id_user);
    const { role } = entry;
    const isOwner = entry.is_created && (role === 'owner' || role === 'operator');
    const isModerator = entry.is_created && (isOwner || role === 'moderator');
    const [rooms, open, requests, strangers] = await Promise.all([
      roomPages.list(user.id_user),
      isModerator ? invitations.list(room, user.id_user) : [],
      isModerator ? joinRequests.list(room, user.id_user) : [],
      isOwner && entry.access === 'open' ? roomSettings.strangersIn(room) : 0,
    ]);
    const page = inLocale(localeOf(req, res), () => ({
      ...sidePanel({ ...visitor, room, rooms }),
      info: entry,
      roleText: roleText(role),
      isModerator,
      choicesHtml: isOwner ? toHtml(...roomChoices(entry, strangers)) : '',
      formPath: roomSettingsPath(room, as),
      membersPath: withQuery(roomPath(room, as), 'members'),
      membersTitle: membersTitle(entry.access === 'open', null),
      invitations: open.map((one) => ({
        ...one,
        until: one.expires === null ? null : UTC_TIME.fullTime(one.expires),
      })),
      requests,
      ...outcome,
      isSaved: req.query.saved !== undefined && !outcome.error,
    }));
    res
      .status(outcome.error?.status ?? 200)
      .set('Cache-Control', 'private, no-store')
      .render('room-settings', page);
  }

  /** Performs the action of a form. @returns the path of a new link, if it is for one */
  async function perform(fields: Fields, room: string, by: string, req: Request): Promise<string | null> {
    const id = textOf(fields.id) ?? '';
    const of = { room, by, address: req.ip };
    if (fields.action === 'invite') {
      const days = textOf(fields.days) ?? '';
      const seconds = cleanExpiry(/^\d{1,4}$/.test(days) ? Number(days) * 86_400 : days);
      const expiresInMs = seconds === null ? null : seconds * 1000;
      const request = { ...of, expiresInMs, uses: cleanUses(fields.uses), id_user: null };
      return `/i/${(await invitations.create(request)).token}`;
    }
    if (fields.action === 'revoke') await invitations.revoke(room, id, by);
    else if (fields.action === 'accept') await joinRequests.accept(room, id, by);
    else if (fields.action === 'decline') await joinRequests.remove(room, id, by);
    else if (fields.action === 'remove') await roomMembers.remove({ ...of, id_user: id });
    else if (fields.action === 'owner' || fields.action === 'moderator' || fields.action === 'member')
      await roomMembers.setRole({ ...of, id_user: id }, fields.action);
    else {
      const changed = changedIn(fields, await directory.info(room, by));
      if (Object.keys(changed).length > 0)
        await roomSettings.change(room, by, cleanRoomSettings(changed), req.ip);
    }
    return null;
  }

  const submit =
    (byAddress: boolean): RequestHandler =>
    async (req, res) => {
      const room = cleanRoom(roomOf(req));
      const visitor = await pageVisitor(visitors, req, res, byAddress);
      const fields = readFields(req, undefined);
      try {
        const path = await perform(fields, room, visitor.user.id_user, req);
        if (path === null) {
          const page = withQuery(roomSettingsPath(room, visitor.as), 'saved');
          const members = withQuery(roomPath(room, visitor.as), 'members');
          return res.redirect(303, fields.from === 'members' ? members : page);
        }
        await show(req, res, room, visitor, { link: `${req.protocol}://${req.get('host')}${path}` });
      } catch (error) {
        if (!(error instanceof ChatError) || error.code === 'no-such-room') throw error;
        await show(req, res, room, visitor, { error });
      }
    };

  const router = Router();
  for (const [base, byAddress] of [
    ['/r', false],
    ['/ui', true],
  ] as const) {
    router
      .route([`${base}/:room`, base, ...(byAddress ? [] : ['/'])])
      .all((req, _res, next) => next(req.query.settings === undefined ? 'route' : undefined))
      .get(async (req, res) => {
        const visitor = await pageVisitor(visitors, req, res, byAddress);
        await show(req, res, cleanRoom(roomOf(req)), visitor);
      })
      .post(requestBody, submit(byAddress));
  }
  return router;
}

function roomOf(req: Request): unknown {
  return req.params.room ?? req.query.room ?? LOBBY;
}

/** The settings of a form that differ from those of the room. */
function changedIn(fields: Fields, { archived, description = '', ...entry }: RoomEntry): Fields {
  const present: Fields = { ...entry, description, archived: `${archived !== null}` };
  const names = Object.keys(ROOM_SETTINGS).filter((name) => fields[name] !== undefined);
  const isChanged = (name: string) => String(fields[name]).replaceAll('\r\n', '\n') !== present[name];
  return Object.fromEntries(names.filter(isChanged).map((name) => [name, fields[name]]));
}
