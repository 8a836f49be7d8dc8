import { type Request, type Response, Router } from 'express';
import type { NewRecoveryCode } from '../../auth/secured/secured-guests.js';
import { isGuestName } from '../../database/tables/chosen-name.js';
import type { ListedCredential } from '../../database/tables/credential-table.js';
import type { ListedSession } from '../../database/tables/session-table.js';
import { ChatError } from '../../protocol/errors.js';
import { cleanName, LOBBY } from '../../protocol/message.js';
import { endOthers, endOwnSession, type UserSessions } from '../api/sessions.js';
import { onlyMethods } from '../middleware/problems.js';
import { readFields, requestBody } from '../middleware/request-body.js';
import type { SecuredVisitors } from '../secured-visitors.js';
import type { Visitors } from '../visitors.js';
import { pageVisitor } from './page-visitor.js';
import { localeOf } from './reader-locale.js';
import { textOf } from './rejected-form.js';
import type { RoomPageLoader } from './room-page-loader.js';
import { sidePanel } from './side-panel.js';
import { inLocale, t } from './texts/text.js';
import { UTC_TIME } from './utc-time.js';

export interface OwnNamePageDependencies {
  roomPages: Pick<RoomPageLoader, 'list'>;
  securedVisitors: SecuredVisitors;
  userSessions: UserSessions;
  visitors: Visitors;
}

export const OWN_NAME_PATH = '/settings/name';

/** The page on which guests secure their name, and end sessions. Without JavaScript it offers no passkeys. */
export function ownNameRouter(dependencies: OwnNamePageDependencies): Router {
  const { roomPages, securedVisitors, userSessions, visitors } = dependencies;

  async function show(
    req: Request,
    res: Response,
    { error, newCode }: { error?: ChatError; newCode?: NewRecoveryCode } = {},
  ) {
    const visitor = await pageVisitor(visitors, req, res, false);
    const { id_user } = visitor.user;
    const { id_session } = await visitors.session(req, res);
    const credentials = await securedVisitors.credentials(req, res);
    const sessions = await userSessions.list(id_user);
    const rooms = await roomPages.list(id_user);
    const page = inLocale(localeOf(req, res), () => ({
      ...sidePanel({ ...visitor, room: LOBBY, isRoomShown: false, rooms }),
      isNameChosen: !isGuestName(visitor.user.name),
      isSecured: credentials.length > 0,
      credentials: credentials.map((one) => ({ ...one, times: detailsOf(one) })),
      hasCode: credentials.some(({ kind }) => kind === 'recovery'),
      sessions: sessions.map((one) => sessionRow(one, id_session)),
      typedName: (error && textOf(Object(req.body).name)) ?? visitor.user.name,
      done: textOf(req.query.done),
      error,
      newCode,
    }));
    res
      .status(error?.status ?? 200)
      .set('Cache-Control', 'private, no-store')
      .render('own-name', page);
  }

  /** Handles a form, whose errors the page shows. @param done names the notice of the page that follows */
  const form = (done: string, handle: (req: Request, res: Response) => Promise<void>) => {
    return async (req: Request, res: Response) => {
      try {
        await handle(req, res);
      } catch (error) {
        if (!(error instanceof ChatError) || error.status === 401) throw error;
        return show(req, res, { error });
      }
      res.redirect(303, `${OWN_NAME_PATH}?done=${done}`);
    };
  };

  const router = Router();
  router
    .route(OWN_NAME_PATH)
    .get((req, res) => show(req, res))
    .post(
      requestBody,
      form('renamed', async (req, res) => {
        await visitors.rename(req, res, cleanName(readFields(req, 'name').name));
      }),
    )
    .all(onlyMethods('GET', 'POST'));
  router
    .route(`${OWN_NAME_PATH}/code`)
    .get((_req, res) => res.redirect(303, OWN_NAME_PATH))
    .post(async (req, res) => show(req, res, { newCode: await securedVisitors.newRecoveryCode(req, res) }))
    .all(onlyMethods('GET', 'POST'));
  router
    .route(`${OWN_NAME_PATH}/code/confirm`)
    .post(
      requestBody,
      form('secured', async (req, res) => {
        const confirmation = textOf(readFields(req, 'confirmation').confirmation) ?? '';
        await securedVisitors.confirmRecoveryCode(req, res, confirmation);
      }),
    )
    .all(onlyMethods('POST'));
  router
    .route(`${OWN_NAME_PATH}/credentials/:id/remove`)
    .post(form('removed', (req, res) => securedVisitors.removeCredential(req, res, String(req.params.id))))
    .all(onlyMethods('POST'));
  router
    .route(`${OWN_NAME_PATH}/sessions/end-others`)
    .post(
      form('ended', async (req, res) => {
        const { id_user, id_session } = await visitors.session(req, res);
        await endOthers(userSessions, id_user, id_session);
      }),
    )
    .all(onlyMethods('POST'));
  router
    .route(`${OWN_NAME_PATH}/sessions/:id/end`)
    .post(
      form('ended', async (req, res) => {
        const { id_user } = await visitors.session(req, res);
        await endOwnSession(userSessions, id_user, String(req.params.id));
      }),
    )
    .all(onlyMethods('POST'));
  return router;
}

function sessionRow({ id, device, created, used }: ListedSession, current: string | undefined) {
  const name = device ?? t('ownName.unknownDevice');
  return { id, name, isCurrent: id === current, times: timesOf({ created, used }) };
}

function detailsOf(credential: ListedCredential): string {
  const { device } = credential;
  return device === null ? timesOf(credential) : `${device}, ${timesOf(credential)}`;
}

/** To the day: the server does not know the reader's zone. */
function timesOf({ created, used }: Pick<ListedSession, 'created' | 'used'>): string {
  const since = created === null ? [] : [t('ownName.since', { day: UTC_TIME.dayName(created) })];
  const isUsed = used !== null && (created === null || UTC_TIME.dayOf(used) !== UTC_TIME.dayOf(created));
  const last = isUsed ? [t('ownName.lastUsed', { day: UTC_TIME.dayName(used) })] : [];
  return [...since, ...last].join(', ');
}
