import type { Server as HttpServer } from 'node:http';
import type { AddressInfo, Server } from 'node:net';
import type { Config } from '../config/config.js';

/** How connections come in: by a port of this process's own, or, to one of several processes, from their primary. */
export interface Listener {
  /** Lets connections in to the server. @throws Error for the operator, when that cannot be */
  open(server: HttpServer): Promise<void>;
  /** Where the page is, as a user would type it. */
  readonly url: string;
  /** Takes no more; resolves when the server is closed. */
  close(): Promise<void>;
}

type Port = Pick<Config, 'host' | 'port'>;

/** A port of this process's own. */
export class PortListener implements Listener {
  readonly #wanted: Port;
  url = '';
  #server: Server | null = null;

  constructor(wanted: Port) {
    this.#wanted = wanted;
  }

  async open(server: HttpServer): Promise<void> {
    this.url = await listen(server, this.#wanted);
    this.#server = server;
  }

  async close(): Promise<void> {
    await new Promise((resolve) => (this.#server ? this.#server.close(resolve) : resolve(null)));
  }
}

/** @returns the page's address. @throws Error that says which setting to change */
export function listen(server: Server, { host, port }: Port): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') reject(new Error(`port ${port} is taken: set PORT to another one`));
      else if (error.code === 'EACCES')
        reject(new Error(`port ${port} may not be used: set PORT above 1023`));
      else reject(new Error(`cannot listen on ${host} port ${port} (${error.code}): see HOST and PORT`));
    });
    server.listen(port, host, 1024, () =>
      resolve(`http://${shownHost(host)}:${(server.address() as AddressInfo).port}`),
    );
  });
}

/** "Any address" is no address that a browser understands. */
function shownHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}
