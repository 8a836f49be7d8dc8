import { type Request, type Response, Router } from 'express';
import { ChatError } from '../../protocol/errors.js';
import { LOBBY } from '../../protocol/message.js';
import type { Invitations, OpenInvitation } from '../../rooms/invitations.js';
import { onlyMethods } from '../middleware/problems.js';
import { requestBody } from '../middleware/request-body.js';
import type { Visitors } from '../visitors.js';
import { type PageVisitor, pageVisitor } from './page-visitor.js';
import { localeOf } from './reader-locale.js';
import type { RoomPageLoader } from './room-page-loader.js';
import { asUser, roomPath } from './rows/room-path.js';
import { sidePanel } from './side-panel.js';
import { inLocale } from './texts/text.js';

export interface InvitationPageDependencies {
  invitations: Pick<Invitations, 'read' | 'accept'>;
  roomPages: Pick<RoomPageLoader, 'list'>;
  visitors: Visitors;
}

/**
 * The page of an invitation's link. It shows the name of the room and a button: a request for the page joins no room, since mail
 * programs and messengers load links too.
 */
export function invitationRouter({ invitations, roomPages, visitors }: InvitationPageDependencies): Router {
  const visitorOf = (req: Request, res: Response) =>
    pageVisitor(visitors, req, res, req.query.id_user !== undefined);

  async function show(req: Request, res: Response, visitor: PageVisitor, found: OpenInvitation | ChatError) {
    const error = found instanceof ChatError ? found : null;
    const invitation = found instanceof ChatError ? null : found;
    const rooms = await roomPages.list(visitor.user.id_user);
    const page = inLocale(localeOf(req, res), () => ({
      ...sidePanel({ ...visitor, room: LOBBY, isRoomShown: false, rooms }),
      invitation,
      error,
      formPath: asUser(req.path, visitor.as),
    }));
    res
      .status(error?.status ?? 200)
      .set('Cache-Control', 'private, no-store')
      .render('invitation', page);
  }

  const router = Router();
  router
    .route('/i/:token')
    .get(async (req, res) => {
      const visitor = await visitorOf(req, res);
      const found = await invitations.read(req.params.token, visitor.user.id_user).catch(toShownError);
      await show(req, res, visitor, found);
    })
    .post(requestBody, async (req, res) => {
      const visitor = await visitorOf(req, res);
      try {
        const room = await invitations.accept({ token: req.params.token }, visitor.user, req.ip);
        res.redirect(303, roomPath(room, visitor.as));
      } catch (error) {
        await show(req, res, visitor, toShownError(error));
      }
    })
    .all(onlyMethods('GET', 'POST'));
  return router;
}

function toShownError(error: unknown): ChatError {
  if (error instanceof ChatError) return error;
  throw error;
}
