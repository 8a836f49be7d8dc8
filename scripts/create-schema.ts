/**
 * `npm run schema`: creates the database at RETHINKDB_URL and the tables, indexes and write hook that are missing, as
 * each server does when it starts. Deployments run it first, so that new servers find a complete schema.
 *
 * Exit codes: 0 when the schema is complete, 1 when the database does not answer or refuses, 2 for the settings.
 */
import { type Config, loadConfig } from '../server/config/config.js';
import { ConfigError } from '../server/config/config-error.js';
import { type DatabaseAddress, placeOf } from '../server/config/database-url.js';
import { Database } from '../server/database/connection/database.js';
import { ChatSchema } from '../server/database/schema/chat-schema.js';
import { createLog } from '../server/telemetry/logger.js';

const READY_TIMEOUT_MS = 60_000;

const { database, replicas } = configure();
if (database === null) {
  console.log(
    'RETHINKDB_URL is not set: there is nothing to do. The server creates the tables of the embedded database.',
  );
} else {
  await createSchema(database);
}

async function createSchema(address: DatabaseAddress): Promise<void> {
  // The reason of the failure is printed below.
  const connection = new Database(address, new ChatSchema({ replicas }), createLog({ log: 'silent' }));
  const place = placeOf(...address.hosts);
  connection.start();
  try {
    await connection.ready(READY_TIMEOUT_MS);
    console.log(`The database ${address.db} at ${place} has the complete schema.`);
  } catch {
    const { reason } = connection.status;
    fail(`The database at ${place} cannot be used: ${reason ?? 'it does not answer'}`, 1);
  } finally {
    await connection.stop();
  }
}

function configure(): Config {
  try {
    return loadConfig(process.env).config;
  } catch (error) {
    if (error instanceof ConfigError) return fail(error.message, 2);
    throw error;
  }
}

function fail(message: string, code: number): never {
  console.error(`Changeroom: ${message}`);
  process.exit(code);
}
