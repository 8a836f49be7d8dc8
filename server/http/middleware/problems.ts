import { randomUUID } from 'node:crypto';
import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express';
import { clearedCookies, SESSION_COOKIE } from '../../auth/login/session-cookie.js';
import { ChatError, ERRORS, type ErrorCode, toChatError } from '../../protocol/errors.js';
import type { Log } from '../../telemetry/logger.js';
import { allowMethods } from '../gate/cross-origin.js';
import { loginPath, requestedPage } from '../pages/login-addresses.js';
import { localeOf } from '../pages/reader-locale.js';
import { faultText } from '../pages/rows/fault-text.js';
import { faultTemplate, inLocale } from '../pages/texts/text.js';

/** An error over HTTP: RFC 9457 with a `code` and its details. */
export interface Problem {
  /** The address of the explanation of the code. */
  type: string;
  title: string;
  status: number;
  detail: string;
  code: ErrorCode;
  field?: string | undefined;
  limit?: number | undefined;
  retryAfterMs?: number | undefined;
  /** The action that the role of the user does not allow, and the least role that it needs. */
  action?: string | undefined;
  role?: string | undefined;
  /** Identifies the occurrence in the log. */
  instance?: string | undefined;
}

export function toProblem({ code, message, details }: ChatError, instance?: string): Problem {
  const { title, status } = ERRORS[code];
  return {
    type: `/api/errors#${code}`,
    title,
    status,
    detail: message,
    code,
    ...details,
    ...(instance && { instance }),
  };
}

/** The last of all routes. */
export const notFound: RequestHandler = () => {
  throw new ChatError('not-found', ERRORS['not-found'].title);
};

/** The last handler of a route: answers OPTIONS, and refuses all other methods. */
export function onlyMethods(...methods: string[]): RequestHandler {
  const allow = [...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].join(', ');
  return (req, res) => {
    res.set('Allow', allow);
    allowMethods(req, res, methods.join(', '));
    if (req.method === 'OPTIONS') return void res.status(204).end();
    throw new ChatError('method-not-allowed', `This address takes ${allow}`);
  };
}

/** Answers errors: with a page for browsers outside /api, otherwise with problem+json. */
export function problemHandler(log: Log): ErrorRequestHandler {
  return (thrown: unknown, req, res, _next) => {
    const error = describe(thrown);
    const instance = error.code === 'internal' ? `urn:uuid:${randomUUID()}` : undefined;
    if (instance)
      log.error(
        { err: thrown, instance, requestId: res.locals.requestId, method: req.method, path: req.path },
        'http: request failed',
      );
    // The status has been sent. Closing the connection marks the response as incomplete.
    if (res.headersSent) return void res.destroy();
    const problem = toProblem(error, instance);
    res.status(problem.status).set('Cache-Control', 'no-store');
    if (problem.status === 401) res.set('WWW-Authenticate', 'Bearer');
    if (problem.code === 'session-ended')
      res.append('Set-Cookie', clearedCookies(SESSION_COOKIE, req.secure));
    if (problem.retryAfterMs !== undefined)
      res.set('Retry-After', `${Math.ceil(problem.retryAfterMs / 1000)}`);
    if (!wantsPage(req)) return sendJson(res, problem);
    const isLoginPage = problem.status === 401 && req.app.locals.isLoginOffered === true;
    const hasEnded = problem.code === 'session-ended' || problem.code === 'token-expired';
    const isGuestSignedOut = hasEnded && req.app.locals.hasSecuredNames === true;
    const locale = localeOf(req, res);
    res.vary('Accept-Language');
    const locals = {
      ...problem,
      ...inLocale(locale, () => pageTexts(error)),
      locale,
      loginPath: loginPath(res.locals.loginReturn ?? requestedPage(req)),
    };
    const page = isGuestSignedOut ? 'guest-signed-out' : isLoginPage ? 'sign-in' : 'error';
    res.render(page, locals, (failure: Error | null, html: string) => {
      if (!failure) return void res.type('html').send(html);
      log.error({ err: failure }, 'http: rendering the error page failed');
      sendJson(res, problem);
    });
  };
}

/** The heading and the explanation of an error page, in the language of the reader. */
function pageTexts(error: ChatError): { title: string; detail: string } {
  const { code, title, message } = error;
  const isEnglish = faultTemplate(code) === undefined;
  return { title: isEnglish ? title : faultText({ code, message }), detail: faultText(error) };
}

function sendJson(res: Response, problem: Problem): void {
  res.type('application/problem+json').send(JSON.stringify(problem));
}

/** JSON is preferred, for clients that accept any type. */
function wantsPage(req: Request): boolean {
  const forPrograms = req.originalUrl === '/api' || req.originalUrl.startsWith('/api/');
  return !forPrograms && req.accepts('json', 'html') === 'html';
}

/** Errors of Express' body parsers, by their `type`. */
const BY_TYPE: Record<string, [ErrorCode, string]> = {
  'entity.too.large': ['body-too-large', 'The request body is larger than the limit'],
  'parameters.too.many': ['body-too-large', 'The form has too many fields'],
  'encoding.invalid': ['bad-request', 'the request body is not valid UTF-8'],
  'entity.parse.failed': ['bad-json', 'The request body is not valid JSON'],
  'charset.unsupported': ['unsupported-media-type', 'The charset of the request body is not supported'],
  'encoding.unsupported': ['unsupported-media-type', 'The encoding of the request body is not supported'],
  'request.size.invalid': ['bad-request', 'The request body is not as long as Content-Length says'],
};

const BY_STATUS: Record<number, ErrorCode> = {
  404: 'not-found',
  405: 'method-not-allowed',
  406: 'not-acceptable',
  413: 'body-too-large',
  415: 'unsupported-media-type',
};

/** Converts any thrown value. Errors of Express get texts of our own, because theirs can contain internals. */
function describe(thrown: unknown): ChatError {
  if (thrown instanceof ChatError || !(thrown instanceof Error)) return toChatError(thrown);
  const {
    type = '',
    status = 500,
    limit,
  } = thrown as Error & { type?: string; status?: number; limit?: number };
  const known = BY_TYPE[type];
  if (known) return new ChatError(known[0], known[1], typeof limit === 'number' ? { limit } : {});
  if (thrown instanceof URIError)
    return new ChatError('bad-request', 'The address is not percent-encoded correctly');
  if (status < 400 || status > 499) return toChatError(thrown);
  const code = BY_STATUS[status] ?? 'bad-request';
  return new ChatError(code, ERRORS[code].title);
}
