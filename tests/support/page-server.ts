import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const TYPES: Record<string, string> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
};

/** A web server of files: an origin of its own, as each port is one. */
export interface PageServer {
  /** The origin, without a slash at the end. */
  origin: string;
  stop(): Promise<void>;
}

/** @param files paths of files by name, such as `page.html`; other requests get an empty page */
export async function startPageServer(files: Record<string, string> = {}): Promise<PageServer> {
  const server = createServer((request, response) => {
    const name = (request.url ?? '/').split('?')[0]?.slice(1) ?? '';
    const path = files[name];
    const type = TYPES[name.split('.').at(-1) ?? ''] ?? 'text/html; charset=utf-8';
    if (path === undefined)
      return void response.writeHead(200, { 'Content-Type': type }).end('<!doctype html>');
    readFile(path).then(
      (content) => response.writeHead(200, { 'Content-Type': type }).end(content),
      () => response.writeHead(500).end(),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
