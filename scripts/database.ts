/** `npm run database`: the command of the embedded database, with the settings of .env, such as DATA_DIR. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ConfigError } from '../server/config/config-error.js';
import { loadEnvFile } from '../server/config/env-file.js';
import { ROOT } from '../server/runtime/project-root.js';
import { fail } from './connect.js';

try {
  loadEnvFile(process.env);
} catch (error) {
  if (error instanceof ConfigError) fail(error.message, 2);
  throw error;
}
await import(pathToFileURL(join(ROOT, 'packages/embedded-rethinkdb/bin/embedded-rethinkdb.js')).href);
