/** The database of commands that prepare a chat: they also work while no server is running. */
import { Database } from '../server/database/connection/database.js';
import { ChatSchema } from '../server/database/schema/chat-schema.js';
import { openDatabaseServer } from '../server/runtime/database-server.js';
import { createLog } from '../server/telemetry/logger.js';
import { addressOf, type ConnectedDatabase, configOf, connectTo, fail, failToConnect } from './connect.js';

const READY_TIMEOUT_MS = 60_000;

export interface OpenedDatabase extends ConnectedDatabase {
  /** Closes the connection, and stops the embedded database if this process has started it. */
  close(): Promise<void>;
}

/**
 * Connects like `connect`. When no server is running and RETHINKDB_URL is not set, opens the embedded database of
 * DATA_DIR itself, with the complete schema. Prints the reason and ends the process when neither is possible.
 */
export async function openDatabase(env: NodeJS.ProcessEnv): Promise<OpenedDatabase> {
  const config = configOf(env);
  const address = addressOf(config);
  const connected = await connectTo(address);
  if (connected) return { ...connected, close: () => connected.connection.close() };
  if (config.database) return failToConnect(address);

  const log = createLog({ log: 'silent' });
  const onAnyPort = { ...config, embedded: { ...config.embedded, port: 0 } };
  const server = await openDatabaseServer(onAnyPort, log).catch((error: Error) => fail(error.message));
  const database = new Database(server.address, new ChatSchema({ replicas: config.replicas }), log);
  database.start();
  await database.ready(READY_TIMEOUT_MS).catch(() => fail('The embedded database cannot be used'));
  const own = (await connectTo(server.address)) ?? failToConnect(server.address);
  const close = async () => {
    await own.connection.close();
    await database.stop();
    await server.stop();
  };
  return { ...own, place: `${config.dataDir} (embedded)`, close };
}
