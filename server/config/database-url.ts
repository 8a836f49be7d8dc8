import { ConfigError } from './config-error.js';

/** Where one server of the database takes drivers' connections. */
export interface DatabaseHost {
  /** A name or an IP address, an IPv6 address without brackets. */
  host: string;
  port: number;
}

export interface DatabaseAddress {
  /** The servers of one cluster, at least one: each can answer every query. */
  hosts: DatabaseHost[];
  db: string;
  user: string;
  password: string;
  /** Set when the link is encrypted; `ca` is empty to trust the system's authorities. */
  tls: { ca?: string } | null;
}

/** The database's name where an address gives none, and on the embedded database. */
export const DEFAULT_DB = 'changeroom';

const DEFAULT_PORT = 28015;

/** What is wrong with an address, for whoever lists all faults. */
export function databaseFaults(text: string): string[] {
  try {
    databaseAddress(text);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    return ['RETHINKDB_URL: a % must be followed by the code of a character'];
  }
}

/**
 * Takes a `rethinkdb:` or `rethinkdbs:` URL apart. Several hosts are separated by commas:
 * `rethinkdb://user:password@a:28015,[::1]:28016/database`.
 * @throws ConfigError
 */
export function databaseAddress(text: string, ca?: string): DatabaseAddress {
  const [, before, hostList, after] = /^(rethinkdbs?:\/\/(?:[^/?#]*@)?)([^/?#]*)(.*)$/is.exec(text) ?? [];
  if (before === undefined || hostList === undefined) {
    throw new ConfigError([
      'RETHINKDB_URL must be an address that begins with rethinkdb:// or rethinkdbs://',
    ]);
  }
  const names = hostList.split(',').map((name) => name.trim());
  if (names.length > 1 && names.includes('')) throw new ConfigError(['RETHINKDB_URL: a host is empty']);
  const urls = names.map((name) => parsedUrl(`${before}${name}${after}`));
  const [url] = urls as [URL];
  const db = decodeURIComponent(url.pathname.replace(/^\//, '')) || DEFAULT_DB;
  if (!/^[A-Za-z0-9_-]+$/.test(db)) {
    throw new ConfigError(['RETHINKDB_URL: the database name may have letters, digits, _ and - only']);
  }
  return {
    hosts: urls.map(({ hostname, port }) => ({
      host: hostname.replace(/^\[|\]$/g, '') || '127.0.0.1',
      port: Number(port) || DEFAULT_PORT,
    })),
    db,
    user: decodeURIComponent(url.username) || 'admin',
    password: decodeURIComponent(url.password),
    tls: url.protocol === 'rethinkdbs:' ? { ca } : null,
  };
}

/** `host:port`, or several separated by commas, for logs and messages. */
export function placeOf(...hosts: readonly DatabaseHost[]): string {
  return hosts.map(({ host, port }) => `${host.includes(':') ? `[${host}]` : host}:${port}`).join(',');
}

function parsedUrl(text: string): URL {
  try {
    return new URL(text);
  } catch {
    throw new ConfigError([
      'RETHINKDB_URL: each host must be a name or an address, with a port or without, such as db:28015 or [::1]:28015',
    ]);
  }
}
