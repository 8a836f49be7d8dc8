import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ProxyTrust } from '../../config/proxy-trust.js';
import { ChatError, type ErrorCode, toChatError } from '../../protocol/errors.js';
import type { Log } from '../../telemetry/logger.js';
import { answerRaw, endWithin, refusalResponse } from './raw-response.js';
import { Refusals } from './refusals.js';
import { originForm, pathOf } from './request-target.js';
import { takeListeners } from './take-listeners.js';

export interface GateDependencies {
  /** Answers every request that is not for the sockets. */
  pages: RequestListener;
  /** The path at and below which the server's present listeners get requests and upgrades. */
  socketsPath: string;
  /** Host names, in lower case and without ports; null: any. */
  allowedHosts: readonly string[] | null;
  trust: ProxyTrust;
  log: Log;
}

/** Paths that a balancer asks for, under whatever name it knows the server. */
const ANY_HOST = new Set(['/healthz', '/readyz']);

/** Of clientError's codes; every other one is a request that cannot be parsed. */
const CLIENT_ERRORS: Record<string, ErrorCode> = {
  HPE_HEADER_OVERFLOW: 'headers-too-large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 'body-too-large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request-timeout',
};

/** The connection is gone: no client reads an answer. */
const GONE = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED', 'ETIMEDOUT']);

/**
 * The first to see what comes in. It answers what cannot be served: invalid request targets, foreign hosts, upgrades to
 * anything but a WebSocket at the sockets' path, and malformed HTTP. The rest goes to one of two: requests below the
 * sockets' path to the listeners that the server has had so far, all others to the pages. So no input that Primus or
 * engine.io do not expect reaches them, and every connection is answered and closed.
 */
export function guardServer(server: Server, parts: GateDependencies): void {
  const gate = new Gate(parts);
  const sockets = takeListeners(server, 'request');
  const upgrades = takeListeners(server, 'upgrade');

  server.on('request', (request, response) => {
    const fault = gate.faultOf(request);
    if (fault) return gate.refuse(request, response, fault);
    gate.begin(request, response);
    if (!gate.isForSockets(request)) return parts.pages(request, response);
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
    // Primus and ws end connections that they refuse, but leave it to the client to close them.
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
  readonly #parts: GateDependencies;
  readonly #refusals: Refusals;
  /** Answers that are not finished, by connection; several where a client sends requests without waiting. */
  readonly #unfinished = new WeakMap<Duplex, ServerResponse[]>();
  readonly #ended = new WeakSet<Duplex>();

  constructor(parts: GateDependencies) {
    this.#parts = parts;
    this.#refusals = new Refusals(parts.log);
  }

  /** Why a request cannot be served; null where it can. Brings its target into origin form. */
  faultOf(request: IncomingMessage): ChatError | null {
    const target = originForm(request);
    if (target === null) return badTarget();
    request.url = target;
    if (this.#isForeignHost(request)) return new ChatError('bad-host', 'this server has another name');
    return null;
  }

  faultOfUpgrade(request: IncomingMessage): ChatError | null {
    const isWebSocket = request.headers.upgrade?.trim().toLowerCase() === 'websocket';
    if (isWebSocket && request.method === 'GET' && this.isForSockets(request)) return null;
    return new ChatError('bad-upgrade', `only WebSockets are supported, at ${this.#parts.socketsPath}/`);
  }

  isForSockets({ url = '' }: IncomingMessage): boolean {
    const { socketsPath } = this.#parts;
    return pathOf(url) === socketsPath || url.startsWith(`${socketsPath}/`);
  }

  /** Remembers an answer, so that a fault in the request's body does not write into it. */
  begin({ socket }: IncomingMessage, response: ServerResponse): void {
    this.#unfinished.set(socket, [...this.#unfinishedOf(socket), response]);
  }

  /** A listener for sockets failed on a request. Uncaught, its error would end the process. */
  caught(error: unknown): void {
    this.#parts.log.error({ err: error }, 'http: a listener for sockets failed');
  }

  refuse(request: IncomingMessage, response: ServerResponse, error: ChatError): void {
    this.#note(request, error);
    const { headers, body } = refusalResponse(error);
    response.writeHead(error.status, headers).end(request.method === 'HEAD' ? undefined : body);
  }

  refuseRaw(request: IncomingMessage, socket: Duplex, error: ChatError): void {
    this.#note(request, error);
    answerRaw(socket, error);
  }

  /** Node's parser has failed, or the request has not come in time. */
  failed({ code = '', message }: NodeJS.ErrnoException, socket: Duplex): void {
    if (GONE.has(code)) return void socket.destroy();
    // The parser goes on to complain while the connection lingers.
    if (this.#ended.has(socket)) return;
    this.#ended.add(socket);
    const error = clientError(CLIENT_ERRORS[code] ?? 'bad-http');
    this.#refusals.add(error.code, { reason: code || message });
    const isAnswering = this.#unfinishedOf(socket).some(({ headersSent }) => headersSent);
    if (isAnswering) socket.destroy();
    else answerRaw(socket, error);
  }

  #unfinishedOf(socket: Duplex): ServerResponse[] {
    const responses = this.#unfinished.get(socket) ?? [];
    return responses.filter(({ writableFinished, destroyed }) => !writableFinished && !destroyed);
  }

  /** Both names count where a proxy gives two: a page that is served by DNS rebinding can set the one, but not the other. */
  #isForeignHost({ headers, socket, url = '' }: IncomingMessage): boolean {
    const { allowedHosts, trust } = this.#parts;
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

/** A `Host` without its port, as ALLOWED_HOSTS has it. */
function hostname(host: string): string {
  return host.trim().toLowerCase().replace(/:\d*$/, '');
}
