import path from 'node:path';
import express, { Router } from 'express';
import compressedStatic from 'express-static-gzip';
import type { Login } from '../../auth/create-auth.js';
import type { OriginPolicy } from '../../auth/origin-policy.js';
import type { UserTable } from '../../database/tables/user-table.js';
import type { FileService } from '../../files/file-service.js';
import type { Limits } from '../../limits/limits.js';
import { cleanName, cleanRoom, LOBBY } from '../../protocol/message.js';
import type { MentionList } from '../../rooms/mention-list.js';
import type { RoomAdministration } from '../../rooms/room-administration.js';
import type { RoomDirectory } from '../../rooms/room-directory.js';
import type { RoomService } from '../../rooms/room-service.js';
import { ROOT } from '../../runtime/project-root.js';
import type { Search } from '../../search/search.js';
import type { Log } from '../../telemetry/logger.js';
import type { UserSessions } from '../api/sessions.js';
import { onlyMethods } from '../middleware/problems.js';
import { readFields, requestBody } from '../middleware/request-body.js';
import { sameOrigin } from '../middleware/same-origin.js';
import type { SecuredVisitors } from '../secured-visitors.js';
import type { Visitors } from '../visitors.js';
import { type Assets, BUILD_FOLDER, readAssets } from './assets.js';
import { invitationRouter } from './invitation-page.js';
import { LogPageLoader } from './log-page-loader.js';
import { loginRouter } from './login-pages.js';
import { MANIFEST_PATH, manifest } from './manifest.js';
import { mentionsPageRouter } from './mentions-page.js';
import { newRoomRouter } from './new-room-page.js';
import { type OfflineDependencies, offlineRouter } from './offline-pages.js';
import { ownNameRouter } from './own-name-page.js';
import { pageVisitor } from './page-visitor.js';
import { localeOf } from './reader-locale.js';
import { recoveryRouter } from './recovery-page.js';
import { rejectedForm } from './rejected-form.js';
import { RoomPageLoader } from './room-page-loader.js';
import { roomPagesRouter } from './room-pages.js';
import { roomSettingsRouter } from './room-settings-page.js';
import { roomPath } from './rows/room-path.js';
import { searchPagesRouter } from './search-pages.js';
import { settingsRouter } from './settings-page.js';

export interface PagesDependencies extends RoomAdministration {
  directory: RoomDirectory;
  files: Pick<FileService, 'upload'>;
  limits: Pick<Limits, 'failedLogin' | 'heavyWork' | 'history' | 'loginAttempt'>;
  log: Log;
  mentionList: MentionList;
  /** Null: visitors cannot sign in on the page. */
  login: Login | null;
  origins: OriginPolicy;
  rooms: Pick<RoomService, 'snapshot' | 'reader' | 'post' | 'edit' | 'remove' | 'react' | 'pinned'>;
  /** Null: `SEARCH=false`. */
  search: Search | null;
  /** Null where visitors are no guests. */
  securedVisitors: SecuredVisitors | null;
  userSessions: UserSessions | null;
  users: UserTable;
  visitors: Visitors;
  config: OfflineDependencies['config'];
}

const ICON_MAX_AGE = '1d';

/** The pages, which work without JavaScript, and their assets: styles, script, icons. */
export function pagesRouter(dependencies: PagesDependencies): Router {
  const { visitors, log } = dependencies;
  const roomPages = new RoomPageLoader(dependencies);
  const logPages = new LogPageLoader(dependencies);
  const router = Router();
  let assets: Assets | null = null;

  // First, because the error page uses the assets too.
  router.use((_req, res, next) => {
    assets ??= readAssets(log);
    res.locals.assets = assets;
    next();
  });
  router.use(
    '/static',
    compressedStatic(BUILD_FOLDER, {
      enableBrotli: true,
      orderPreference: ['br'],
      index: false,
      serveStatic: { immutable: true, maxAge: '1y' },
    }),
  );
  router.get(MANIFEST_PATH, (req, res) => {
    res.type('application/manifest+json').set('Cache-Control', 'public, max-age=86400');
    res.send(JSON.stringify(manifest(req.query.lang)));
  });
  router.use(
    '/icons',
    express.static(path.join(ROOT, 'static/icons'), { maxAge: ICON_MAX_AGE, index: false }),
  );
  // Browsers request this address for responses that are not pages.
  router.get('/favicon.ico', (_req, res) => res.redirect(301, '/icons/favicon.svg'));
  // Conversations do not belong into search engines.
  router.get('/robots.txt', (_req, res) => {
    res.type('text').set('Cache-Control', 'public, max-age=86400').send('User-agent: *\nDisallow: /\n');
  });
  router.use((req, res, next) => {
    localeOf(req, res);
    res.vary('Accept-Language');
    next();
  });
  router.use(offlineRouter(dependencies));
  // A login page on another site may send a token here.
  if (dependencies.login) router.use(loginRouter({ ...dependencies, login: dependencies.login }));
  router.use(sameOrigin(dependencies.origins));
  router.use(invitationRouter({ ...dependencies, roomPages }));
  router.use(roomSettingsRouter({ ...dependencies, roomPages }));
  router.use(roomPagesRouter({ ...dependencies, roomPages, logPages }));
  router.use(newRoomRouter({ ...dependencies, roomPages }));
  router.use(mentionsPageRouter({ ...dependencies, roomPages }));
  router.use(searchPagesRouter({ ...dependencies, roomPages }));
  router.use(settingsRouter({ visitors, roomPages }));
  const { securedVisitors, userSessions } = dependencies;
  if (securedVisitors && userSessions) {
    router.use(ownNameRouter({ roomPages, securedVisitors, userSessions, visitors }));
    router.use(recoveryRouter({ securedVisitors }));
  }

  router
    .route('/name')
    .post(requestBody, async (req, res) => {
      const fields = readFields(req, 'name');
      const room = cleanRoom(fields.room ?? LOBBY);
      const byAddress = req.query.id_user !== undefined;
      try {
        const name = cleanName(fields.name);
        if (byAddress) await visitors.renameUser(await visitors.playground(req.query.id_user), name, req.ip);
        else await visitors.rename(req, res, name);
      } catch (error) {
        const rejected = rejectedForm(error, { action: 'name' }, fields.name);
        return roomPages.show(req, res, {
          ...(await pageVisitor(visitors, req, res, byAddress)),
          room,
          rejected,
        });
      }
      res.redirect(303, roomPath(room, byAddress ? String(req.query.id_user) : null));
    })
    .all(onlyMethods('POST'));

  return router;
}
