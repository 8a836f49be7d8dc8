import { ConfigError } from './config-error.js';

/** The driver port of one database server. */
export interface DatabaseHost {
  /** A host name or an IP address; IPv6 without brackets. */
  host: string;
  port: number;
}

export interface DatabaseAddress {
  /** The servers of one cluster, at least one. Each of them can run every query. */
  hosts: DatabaseHost[];
  db: string;
  user: string;
  password: string;
  /** Null: not encrypted. `ca`: certificate (PEM) of the authority to trust instead of the system's. */
  tls: { ca?: string } | null;
}

/** Name of the database where the URL has no path, and in the embedded database. */
export const DEFAULT_DB = 'changeroom';

const DEFAULT_PORT = 28015;

/** Faults of a database URL; empty for a valid one. */
export function databaseUrlFaults(text: string): string[] {
  try {
    databaseAddress(text);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    return ['RETHINKDB_URL: % must be followed by the two hexadecimal digits of a byte'];
  }
}

/**
 * Parses a `rethinkdb:` or `rethinkdbs:` URL. Several hosts are separated by commas:
 * `rethinkdb://user:password@a:28015,[::1]:28016/database`.
 * @throws ConfigError
 */
export function databaseAddress(text: string, ca?: string): DatabaseAddress {
  const [, before, hostList, after] = /^(rethinkdbs?:\/\/(?:[^/?#]*@)?)([^/?#]*)(.*)$/is.exec(text) ?? [];
  if (before === undefined || hostList === undefined) {
    throw new ConfigError(['RETHINKDB_URL must be a URL that begins with rethinkdb:// or rethinkdbs://']);
  }
  const names = hostList.split(',').map((name) => name.trim());
  if (names.length > 1 && names.includes('')) throw new ConfigError(['RETHINKDB_URL: a host is empty']);
  const urls = names.map((name) => parsedUrl(`${before}${name}${after}`));
  const [url] = urls as [URL];
  const db = decodeURIComponent(url.pathname.replace(/^\//, '')) || DEFAULT_DB;
  if (!/^[A-Za-z0-9_-]+$/.test(db)) {
    throw new ConfigError(['RETHINKDB_URL: the database name may contain only letters, digits, _ and -']);
  }
  return {
    hosts: urls.map(({ hostname, port }) => ({
      host: hostname.replace(/^\[|\]$/g, '') || '127.0.0.1',
      port: Number(port) || DEFAULT_PORT,
    })),
    db,
    user: decodeURIComponent(url.username) || 'admin',
    password: decodeURIComponent(url.password),
    tls: url.protocol === 'rethinkdbs:' ? { ...(ca !== undefined && { ca }) } : null,
  };
}

/** Formats `host:port`, several separated by commas, for logs and messages. */
export function placeOf(...hosts: readonly DatabaseHost[]): string {
  return hosts.map(({ host, port }) => `${host.includes(':') ? `[${host}]` : host}:${port}`).join(',');
}

function parsedUrl(text: string): URL {
  try {
    return new URL(text);
  } catch {
    throw new ConfigError([
      'RETHINKDB_URL: each host must be a name or an IP address, with or without a port, such as db:28015 or [::1]:28015',
    ]);
  }
}
