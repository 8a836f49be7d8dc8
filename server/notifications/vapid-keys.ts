import { join } from 'node:path';
import webPush from 'web-push';
import type { Config } from '../config/config.js';
import type { VapidKeys } from '../config/push-config.js';
import { loadKeyFile } from '../lib/key-file.js';
import { makePrivate } from '../runtime/embedded-database.js';

const FILE = 'vapid-keys';

/**
 * The keys that identify this server to push services: the configured ones, or for the embedded database a pair that is
 * generated at the first start and stored in `DATA_DIR/vapid-keys`. A subscription is bound to the key, so servers that
 * share a database need the same one: null without configured keys where the database is another server.
 * @throws Error if the directory is not writable or the file does not contain a pair of keys
 */
export async function loadVapidKeys({
  push,
  database,
  dataDir,
}: Pick<Config, 'push' | 'database' | 'dataDir'>): Promise<VapidKeys | null> {
  if (push.keys !== null || database !== null) return push.keys;
  makePrivate(dataDir, [FILE]);
  return loadKeyFile({
    path: join(dataDir, FILE),
    generate: () => {
      const { publicKey, privateKey } = webPush.generateVAPIDKeys();
      return `${publicKey} ${privateKey}`;
    },
    parse: (text) => {
      const [, publicKey, privateKey] = /^([\w-]{87}) ([\w-]{43})$/.exec(text) ?? [];
      return publicKey && privateKey ? { publicKey, privateKey } : null;
    },
    advice:
      'delete it to generate new ones, which ends all push subscriptions, or set VAPID_PUBLIC_KEY and VAPID_PRIVATE_KEY',
  });
}
