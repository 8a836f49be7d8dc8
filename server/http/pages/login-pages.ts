import { type Request, type Response, Router } from 'express';
import type { Login } from '../../auth/create-auth.js';
import { TOKEN_COOKIE, tokenOf } from '../../auth/credentials.js';
import { returnPath } from '../../auth/login/return-path.js';
import {
  clearedCookies,
  newSessionCookie,
  SESSION_COOKIE,
  sessionIdOf,
} from '../../auth/login/session-cookie.js';
import type { OriginPolicy } from '../../auth/origin-policy.js';
import type { Limits } from '../../limits/limits.js';
import { toChatError } from '../../protocol/errors.js';
import { diagnostics } from '../../telemetry/diagnostics-channels.js';
import type { Log } from '../../telemetry/logger.js';
import { onlyMethods } from '../middleware/problems.js';
import { readFields, requestBody } from '../middleware/request-body.js';
import { sameOrigin } from '../middleware/same-origin.js';
import { callbackUrl, loginPageUrl, originOf, SIGNED_OUT_PATH } from './login-addresses.js';
import { textOf } from './rejected-form.js';

export interface LoginPagesDependencies {
  login: Login;
  limits: Pick<Limits, 'loginAttempt' | 'failedLogin'>;
  log: Log;
  origins: OriginPolicy;
}

/** Signing in and out on the page. Everything works without JavaScript. */
export function loginRouter({ login, limits, log, origins }: LoginPagesDependencies): Router {
  const { provider, pageUrl, pending, sessions } = login;

  /** Counts a login by its outcome. A refused one counts towards the limit of the address. */
  async function counted<T>(req: Request, attempt: () => Promise<T>): Promise<T> {
    await limits.loginAttempt(req.ip);
    try {
      return await attempt();
    } catch (thrown) {
      const { code, status } = toChatError(thrown);
      diagnostics.login.publish({ outcome: status < 500 ? 'refused' : 'unavailable' });
      log.info({ code }, 'login failed');
      // The accounts service's client counts refused tokens itself.
      if (provider && status < 500) await limits.failedLogin(req.ip);
      throw thrown;
    }
  }

  /** Replaces the session of the browser. */
  async function welcome(req: Request, res: Response, setCookie: string, path: string): Promise<void> {
    const previous = sessionIdOf(req.headers.cookie);
    if (previous) await sessions.end(previous);
    diagnostics.login.publish({ outcome: 'succeeded' });
    res.append('Set-Cookie', setCookie).redirect(303, path);
  }

  const router = Router();
  router.use(['/login', '/logout', SIGNED_OUT_PATH], (_req, res, next) => {
    res.set('Cache-Control', 'no-store');
    next();
  });

  router
    .route('/login')
    .get(async (req, res) => {
      const path = returnPath(req.query.return);
      const [begun, setCookies] = pending.begin(path, req.headers.cookie, req.secure);
      const address = provider
        ? await provider.authorizationUrl(begun, callbackUrl(req))
        : loginPageUrl(pageUrl ?? '', begun, req);
      res.append('Set-Cookie', setCookies).redirect(302, address);
    })
    .all(onlyMethods('GET'));

  if (provider)
    router
      .route('/login/callback')
      .get(async (req, res) => {
        const { state } = req.query;
        const cookie = newSessionCookie(req.secure);
        const begun = await counted(req, async () => {
          const begun = pending.find(state, req.headers.cookie, req.secure);
          res.append('Set-Cookie', pending.clear(begun.state, req.secure));
          res.locals.loginReturn = begun.path;
          const grant = await provider.exchange(new URL(req.originalUrl, originOf(req)), begun);
          const { id_user } = await sessions.begin(cookie.id, grant);
          log.info({ id_user }, 'login succeeded');
          return begun;
        });
        await welcome(req, res, cookie.setCookie, begun.path);
      })
      .all(onlyMethods('GET'));
  else {
    // A login page on another site posts the token. Browsers send no cookie with that request, only with the one that the
    // redirect leads to; so the session is handed over in the address, sealed and bound to the login.
    router
      .route('/login/token')
      .post(requestBody, async (req, res) => {
        const { token, state } = readFields(req, undefined);
        const cookie = newSessionCookie(req.secure);
        const handover = await counted(req, async () => {
          const { id_user } = await sessions.beginWithToken(
            cookie.id,
            tokenOf({ bearerToken: token }),
            req.ip,
          );
          log.info({ id_user }, 'login succeeded');
          return pending.handOver(state, cookie.setCookie);
        });
        res.redirect(303, `/login/finish?${new URLSearchParams({ state: String(state), handover })}`);
      })
      .all(onlyMethods('POST'));
    router
      .route('/login/finish')
      .get(async (req, res) => {
        const { state, handover } = req.query;
        const begun = pending.find(state, req.headers.cookie, req.secure);
        res.append('Set-Cookie', pending.clear(begun.state, req.secure));
        await welcome(req, res, pending.receive(begun.state, handover), begun.path);
      })
      .all(onlyMethods('GET'));
  }

  router
    .route('/logout')
    .post(sameOrigin(origins), requestBody, async (req, res) => {
      const isEverywhere = textOf(req.body?.everywhere) !== undefined;
      const id = sessionIdOf(req.headers.cookie);
      const session = id && isEverywhere ? await sessions.find(id, req.ip).catch(() => null) : null;
      const idToken = id ? await sessions.end(id) : null;
      if (session) await sessions.endAll(session.id_user);
      for (const name of [SESSION_COOKIE, TOKEN_COOKIE])
        res.append('Set-Cookie', clearedCookies(name, req.secure));
      if (session) log.info({ id_user: session.id_user }, 'all sessions of a user ended');
      const signedOut = `${originOf(req)}${SIGNED_OUT_PATH}`;
      const next = provider?.endSessionUrl(idToken, signedOut) ?? null;
      if (next === null) return res.redirect(303, SIGNED_OUT_PATH);
      // A redirect would belong to the submission of the form, which the page's policy restricts to this server.
      res.render('signed-out', { next });
    })
    .all(onlyMethods('POST'));

  router
    .route(SIGNED_OUT_PATH)
    .get((_req, res) => res.render('signed-out', { next: null }))
    .all(onlyMethods('GET'));
  return router;
}
