import type { Server as HttpServer } from 'node:http';
import type { AddressInfo, Server } from 'node:net';
import type { Config } from '../config/config.js';

/** Source of a web server's connections: a port of this process or, in a worker, its primary process. */
export interface Listener {
  /** Passes connections to the server from now on. @throws Error with a message for the operator */
  open(server: HttpServer): Promise<void>;
  /** The address of the page, in a form that browsers accept. */
  readonly url: string;
  /** Stops accepting connections. Resolves when all of them are closed. */
  close(): Promise<void>;
}

type ListenAddress = Pick<Config, 'host' | 'port'>;

/** Limit of connections that the kernel has accepted and this process has not. */
const BACKLOG = 1024;

/** Listens on a port of this process. */
export class PortListener implements Listener {
  readonly #address: ListenAddress;
  url = '';
  #server: Server | null = null;

  constructor(address: ListenAddress) {
    this.#address = address;
  }

  async open(server: HttpServer): Promise<void> {
    this.url = await listen(server, this.#address);
    this.#server = server;
  }

  async close(): Promise<void> {
    if (this.#server) await closeServer(this.#server);
  }
}

/** Stops accepting connections. Resolves when all of them are closed, or the server was not listening. */
export function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}

/** @returns the address of the page. @throws Error that names the setting to change */
export function listen(server: Server, { host, port }: ListenAddress): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', ({ code }: NodeJS.ErrnoException) => {
      if (code === 'EADDRINUSE') reject(new Error(`port ${port} is in use: set PORT to another one`));
      else if (code === 'EACCES')
        reject(new Error(`no permission to listen on port ${port}: set PORT above 1023`));
      else reject(new Error(`cannot listen on ${host} port ${port} (${code}): see HOST and PORT`));
    });
    server.listen(port, host, BACKLOG, () =>
      resolve(`http://${browserHost(host)}:${(server.address() as AddressInfo).port}`),
    );
  });
}

/** Replaces the unspecified address, which browsers do not accept. */
function browserHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}
