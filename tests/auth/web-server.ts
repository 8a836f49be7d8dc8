import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Answer = (req: IncomingMessage, res: ServerResponse) => void;

/** A server on loopback with a configurable answer that records its requests. */
export interface WebServer {
  url: string;
  /** May be replaced at any time. */
  answer: Answer;
  requests: { url: string; authorization: string | undefined }[];
  /** Sets the answer, and sends it to all requests that `silence` has not answered. */
  release(answer: Answer): void;
  stop(): Promise<void>;
}

export async function startWebServer(answer: Answer, port = 0): Promise<WebServer> {
  const waiting: [IncomingMessage, ServerResponse][] = [];
  const http = createServer((req, res) => {
    waiting.push([req, res]);
    server.requests.push({ url: req.url!, authorization: req.headers.authorization });
    server.answer(req, res);
  });
  const server: WebServer = {
    url: '',
    answer,
    requests: [],
    release: (now) => {
      server.answer = now;
      for (const [req, res] of waiting.splice(0)) if (!res.writableEnded) now(req, res);
    },
    stop: () =>
      new Promise((resolve) => {
        http.close(() => resolve());
        http.closeAllConnections();
      }),
  };
  await new Promise<void>((resolve, reject) => {
    http.once('error', reject);
    http.listen(port, '127.0.0.1', resolve);
  });
  server.url = `http://127.0.0.1:${(http.address() as AddressInfo).port}/`;
  return server;
}

export const json =
  (body: unknown, status = 200): Answer =>
  (_req, res) => {
    res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };

export const text =
  (body: string, status = 200): Answer =>
  (_req, res) => {
    res.writeHead(status, { 'content-type': 'text/html' }).end(body);
  };

/** Does not answer. */
export const silence: Answer = () => {};

/** Closes the connection. */
export const hangUp: Answer = (_req, res) => {
  res.destroy();
};

export const redirect =
  (location: string): Answer =>
  (_req, res) => {
    res.writeHead(302, { location }).end();
  };
