import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { badOrigin, type OriginPolicy } from '../../auth/origin-policy.js';
import type { ProxyTrust } from '../../config/proxy-trust.js';
import { ChatError, type ErrorCode, toChatError } from '../../protocol/errors.js';
import type { Log } from '../../telemetry/logger.js';
import { limitBody } from './body-deadline.js';
import { allowMethods, allowReading } from './cross-origin.js';
import { endWithin, refusalResponse, respondRaw } from './raw-response.js';
import { Refusals } from './refusals.js';
import { originForm, pathOf } from './request-target.js';
import { isSharedPath } from './shared-paths.js';
import { takeListeners } from './take-listeners.js';

export interface GateDependencies {
  /** Handles every request that is not for sockets. */
  pages: RequestListener;
  /** The existing listeners of the server receive requests and upgrades at and below this path. */
  socketsPath: string;
  /** Host names, in lower case and without ports; null: any. */
  allowedHosts: readonly string[] | null;
  origins: OriginPolicy;
  trust: ProxyTrust;
  /** Milliseconds in which the body of a request is received; uploads extend them. */
  bodyMs: number;
  log: Log;
}

/** Load balancers request these paths under any host name. */
const ANY_HOST = new Set(['/healthz', '/readyz']);

/** By code of `clientError`; all other codes are `bad-http`. */
const CLIENT_ERRORS: Record<string, ErrorCode> = {
  HPE_HEADER_OVERFLOW: 'headers-too-large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 'body-too-large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request-timeout',
};

/** Codes of closed connections, on which a response cannot be read. */
const CLOSED_CODES = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED', 'ETIMEDOUT']);

/**
 * The first listener of requests, upgrades and parser errors. It refuses invalid request targets, unknown hosts, pages of
 * other origins, upgrades other than to a WebSocket at the sockets' path, and malformed HTTP. Requests below the sockets'
 * path go to the existing listeners of the server, all others to the pages. So Primus and engine.io never receive input that
 * they do not expect, and every connection is answered and closed.
 */
export function guardServer(server: Server, dependencies: GateDependencies): void {
  const gate = new Gate(dependencies);
  const sockets = takeListeners(server, 'request');
  const upgrades = takeListeners(server, 'upgrade');

  server.on('request', (request, response) => {
    const fault = gate.faultOf(request, response);
    if (fault) return gate.refuse(request, response, fault);
    gate.begin(request, response);
    limitBody(request, dependencies.bodyMs, () => gate.failed(timedOut(), request.socket));
    if (!gate.isForSockets(request)) return dependencies.pages(request, response);
    if (allowMethods(request, response, 'GET, POST')) return void response.writeHead(204).end();
    try {
      sockets(request, response);
    } catch (error) {
      gate.caught(error);
      if (response.headersSent) response.destroy();
      else gate.refuse(request, response, toChatError(error));
    }
  });
  server.on('upgrade', (request, socket, head) => {
    const fault = gate.faultOf(request) ?? gate.faultOfUpgrade(request);
    if (fault) return gate.refuseRaw(request, socket, fault);
    // Primus and ws end connections that they refuse, but wait for the client to close them.
    endWithin(socket);
    try {
      upgrades(request, socket, head);
    } catch (error) {
      gate.caught(error);
      gate.refuseRaw(request, socket, toChatError(error));
    }
  });
  server.on('connect', (request, socket) => gate.refuseRaw(request, socket, badTarget()));
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => gate.failed(error, socket));
}

class Gate {
  readonly #dependencies: GateDependencies;
  readonly #refusals: Refusals;
  /** Unfinished responses by connection; several if the client pipelines requests. */
  readonly #unfinished = new WeakMap<Duplex, ServerResponse[]>();
  readonly #ended = new WeakSet<Duplex>();

  constructor(dependencies: GateDependencies) {
    this.#dependencies = dependencies;
    this.#refusals = new Refusals(dependencies.log);
  }

  /**
   * Why a request is refused, or null. Converts its target to origin form, and removes the cookies of other origins.
   * @param response missing for an upgrade
   */
  faultOf(request: IncomingMessage, response?: ServerResponse): ChatError | null {
    const target = originForm(request);
    if (target !== null) request.url = target;
    const originFault =
      target === null || this.#isShared(request) ? this.#applyOrigin(request, response) : null;
    if (target === null) return badTarget();
    if (this.#isForeignHost(request))
      return new ChatError('bad-host', 'this server does not serve this host');
    return originFault;
  }

  faultOfUpgrade(request: IncomingMessage): ChatError | null {
    const isWebSocket = request.headers.upgrade?.trim().toLowerCase() === 'websocket';
    if (isWebSocket && request.method === 'GET' && this.isForSockets(request)) return null;
    return new ChatError(
      'bad-upgrade',
      `only WebSockets are supported, at ${this.#dependencies.socketsPath}/`,
    );
  }

  isForSockets({ url = '' }: IncomingMessage): boolean {
    const { socketsPath } = this.#dependencies;
    return pathOf(url) === socketsPath || url.startsWith(`${socketsPath}/`);
  }

  /** Tracks a response, so that an error in the request's body is not written into it. */
  begin({ socket }: IncomingMessage, response: ServerResponse): void {
    this.#unfinished.set(socket, [...this.#unfinishedOf(socket), response]);
  }

  /** Logs an error of a socket listener. Uncaught, it would end the process. */
  caught(error: unknown): void {
    this.#dependencies.log.error({ err: error }, 'http: a listener for sockets failed');
  }

  refuse(request: IncomingMessage, response: ServerResponse, error: ChatError): void {
    this.#note(request, error);
    const { headers, body } = refusalResponse(error);
    response.writeHead(error.status, headers).end(request.method === 'HEAD' ? undefined : body);
  }

  refuseRaw(request: IncomingMessage, socket: Duplex, error: ChatError): void {
    this.#note(request, error);
    respondRaw(socket, error);
  }

  /** Handles errors of Node's parser and requests that time out. */
  failed({ code = '', message }: NodeJS.ErrnoException, socket: Duplex): void {
    if (CLOSED_CODES.has(code)) return void socket.destroy();
    // The parser emits further errors until the connection closes.
    if (this.#ended.has(socket)) return;
    this.#ended.add(socket);
    const error = clientError(CLIENT_ERRORS[code] ?? 'bad-http');
    this.#refusals.add(error.code, { reason: code || message });
    const isAnswering = this.#unfinishedOf(socket).some(({ headersSent }) => headersSent);
    if (isAnswering) socket.destroy();
    else respondRaw(socket, error);
  }

  #isShared(request: IncomingMessage): boolean {
    return this.isForSockets(request) || isSharedPath(pathOf(request.url ?? ''));
  }

  /** Pages of other origins authenticate by tokens only: a browser would also send cookies for pages of the same site. */
  #applyOrigin(request: IncomingMessage, response: ServerResponse | undefined): ChatError | null {
    response?.setHeader('Vary', 'Origin');
    const kind = this.#dependencies.origins.kindOf(request);
    if (kind === 'own') return null;
    if (kind === 'foreign') return badOrigin('pages of this origin may not use this server');
    delete request.headers.cookie;
    if (response) allowReading(response, request.headers.origin ?? '');
    return null;
  }

  #unfinishedOf(socket: Duplex): ServerResponse[] {
    const responses = this.#unfinished.get(socket) ?? [];
    return responses.filter(({ writableFinished, destroyed }) => !writableFinished && !destroyed);
  }

  /** If a proxy sends a second name, both must be allowed: a page served by DNS rebinding can set only one of them. */
  #isForeignHost({ headers, socket, url = '' }: IncomingMessage): boolean {
    const { allowedHosts, trust } = this.#dependencies;
    if (!allowedHosts || ANY_HOST.has(pathOf(url))) return false;
    const forwarded = trust(socket.remoteAddress ?? '', 0) ? headers['x-forwarded-host'] : undefined;
    const names = [headers.host ?? '', ...(forwarded === undefined ? [] : String(forwarded).split(','))];
    return !names.every((name) => allowedHosts.includes(hostname(name)));
  }

  #note({ method, url = '', socket }: IncomingMessage, { code }: ChatError): void {
    const path = pathOf(url).slice(0, 200);
    this.#refusals.add(code, { method, path, address: socket.remoteAddress });
  }
}

const timedOut = () =>
  Object.assign(new Error('The body was not received in time'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' });

function badTarget(): ChatError {
  return new ChatError('bad-target', 'the request target must be a path that begins with exactly one /');
}

function clientError(code: ErrorCode): ChatError {
  switch (code) {
    case 'headers-too-large':
      return new ChatError(code, 'the request line and headers are too large');
    case 'body-too-large':
      return new ChatError(code, 'the chunk extensions of the body are too large');
    case 'request-timeout':
      return new ChatError(code, 'the headers and the body of the request were not received in time');
    default:
      return new ChatError(code, 'the request cannot be parsed');
  }
}

/** A `Host` without its port, in the form of ALLOWED_HOSTS. */
function hostname(host: string): string {
  return host.trim().toLowerCase().replace(/:\d*$/, '');
}
