/** The connection of commands that use the database from outside, as any other program can. */
import { isIP } from 'node:net';
import rethinkdb from 'rethinkdb';
import { type Config, loadConfig } from '../server/config/config.js';
import { ConfigError } from '../server/config/config-error.js';
import { type DatabaseAddress, DEFAULT_DB, placeOf } from '../server/config/database-url.js';
import type { DriverConnection } from '../server/database/connection/reql.js';

const CONNECT_TIMEOUT_SECONDS = 10;

export interface ConnectedDatabase {
  connection: DriverConnection;
  /** The name of the database. */
  db: string;
  /** The host and port that answered. */
  place: string;
}

/**
 * Connects to RETHINKDB_URL, or to the embedded database of a server on this machine. Tries several hosts in turn.
 * Prints the reason and ends the process when it cannot connect: with 2 for the settings, otherwise with 1.
 */
export async function connect(env: NodeJS.ProcessEnv): Promise<ConnectedDatabase> {
  const address = addressOf(configOf(env));
  return (await connectTo(address)) ?? failToConnect(address);
}

/** Null when no host answers. Ends the process with 1 when one does not accept the password. */
export async function connectTo(address: DatabaseAddress): Promise<ConnectedDatabase | null> {
  const { hosts, db, user, password, tls } = address;
  for (const host of hosts) {
    // TLS does not allow IP addresses as server names.
    const ssl = tls && { ca: tls.ca, servername: isIP(host.host) ? undefined : host.host };
    const options = { ...host, db, user, password, timeout: CONNECT_TIMEOUT_SECONDS, ...(ssl && { ssl }) };
    try {
      return { connection: await rethinkdb.connect(options), db, place: placeOf(host) };
    } catch (error) {
      if ((error as Error).name === 'ReqlAuthError')
        fail(`The database at ${placeOf(host)} does not accept this user and password`);
    }
  }
  return null;
}

export function failToConnect({ hosts }: DatabaseAddress): never {
  return fail(
    `No database answers at ${placeOf(...hosts)}. Start the server (npm start), or set RETHINKDB_URL`,
  );
}

/** For `catch` after a query: prints the error of the database and ends the process with 1. */
export function exitWithQueryError(error: Error): never {
  if (error.name === 'ReqlOpFailedError')
    fail(`${reasonOf(error)} Start the server once (npm start): it creates what is missing`);
  return fail(`The database refused the query: ${reasonOf(error)}`);
}

/** The first line of a driver's error; the others repeat the query with its values. */
export function reasonOf(error: Error & { msg?: string }): string {
  return firstLine(error.msg ?? error.message);
}

/** The first line of an error text that a write result contains. */
export function firstLine(text: string): string {
  return text.replace(/\n.*/s, '').replace(/^Error in write hook: /, '');
}

export function fail(message: string, exitCode = 1): never {
  console.error(message);
  process.exit(exitCode);
}

/** The configured database server, or the embedded database. */
export function addressOf({ database, embedded }: Config): DatabaseAddress {
  const hosts = [{ host: '127.0.0.1', port: embedded.port }];
  return database ?? { hosts, db: DEFAULT_DB, user: 'admin', password: embedded.password, tls: null };
}

/** Prints the faults and ends the process with 2 when the settings are invalid. */
export function configOf(env: NodeJS.ProcessEnv): Config {
  try {
    return loadConfig(env).config;
  } catch (error) {
    if (error instanceof ConfigError) fail(error.message, 2);
    throw error;
  }
}
