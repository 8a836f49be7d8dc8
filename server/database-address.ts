import { ConfigError } from './config-error.js';

export interface DatabaseAddress {
  host: string;
  port: number;
  db: string;
  user: string;
  password: string;
  /** Set when the link is encrypted; `ca` is empty to trust the system's authorities. */
  tls: { ca?: string } | null;
}

/** The database's name where an address gives none, and on the embedded database. */
export const DEFAULT_DB = 'changeroom';

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

/** Takes a `rethinkdb:` or `rethinkdbs:` URL apart. @throws ConfigError */
export function databaseAddress(text: string, ca?: string): DatabaseAddress {
  const url = new URL(text);
  const db = decodeURIComponent(url.pathname.replace(/^\//, '')) || DEFAULT_DB;
  if (!/^[A-Za-z0-9_-]+$/.test(db)) {
    throw new ConfigError(['RETHINKDB_URL: the database name may have letters, digits, _ and - only']);
  }
  return {
    host: url.hostname.replace(/^\[|\]$/g, '') || '127.0.0.1',
    port: Number(url.port) || 28015,
    db,
    user: decodeURIComponent(url.username) || 'admin',
    password: decodeURIComponent(url.password),
    tls: url.protocol === 'rethinkdbs:' ? { ca } : null,
  };
}
