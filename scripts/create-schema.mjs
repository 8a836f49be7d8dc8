/**
 * `npm run schema`: makes what is missing of database, tables, indexes and the write hook at RETHINKDB_URL, as every
 * server does when it starts. Run before new servers start, it spares them doing so all at once.
 *
 * Exit codes: 0 when all is there, 1 when the database does not answer or refuses, 2 for the settings.
 */
const PATIENCE_MS = 60_000;

const { readConfig, ConfigError } = await load('config/config.js');
const { Database } = await load('database/connection/database.js');
const { ChatSchema } = await load('database/schema/chat-schema.js');
const { createLog } = await load('telemetry/logger.js');
const { placeOf } = await load('config/database-url.js');

const config = configure();
if (config.database === null) {
  console.log(
    'Nothing to do without RETHINKDB_URL: the embedded database gets its tables when the server starts.',
  );
} else {
  await createSchema(config.database);
}

async function createSchema(address) {
  // The reason of a failure is all that is of interest here.
  const database = new Database(
    address,
    new ChatSchema({ replicas: config.replicas }),
    createLog({ log: 'silent' }),
  );
  const place = placeOf(...address.hosts);
  database.start();
  try {
    await database.ready(PATIENCE_MS);
    console.log(`The database ${address.db} at ${place} has all that Changeroom needs.`);
  } catch {
    const { reason } = database.status;
    fail(`The database at ${place} cannot be used: ${reason ?? 'it does not answer'}`, 1);
  } finally {
    await database.stop();
  }
}

function configure() {
  try {
    return readConfig(process.env);
  } catch (error) {
    if (error instanceof ConfigError) return fail(error.message, 2);
    throw error;
  }
}

/** Of what `npm run build` has made of server/. */
function load(file) {
  return import(new URL(`../dist/server/${file}`, import.meta.url)).catch((error) => {
    if (error.code === 'ERR_MODULE_NOT_FOUND')
      return fail(`${error.message.split(' imported')[0]}: npm run build`, 1);
    throw error;
  });
}

function fail(message, code) {
  console.error(`Changeroom: ${message}`);
  process.exit(code);
}
