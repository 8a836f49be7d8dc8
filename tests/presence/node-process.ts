/**
 * A process with sockets in a room: `node-process.ts <redis url> <key> <heartbeat ms> <room> <socket>…`.
 * Writes "up" when it has announced its entries, and runs until it receives a signal.
 */

import { RedisPresence } from '../../server/presence/redis-presence.js';
import { createLog } from '../../server/telemetry/logger.js';

const [url, key, heartbeatMs, room, ...sockets] = process.argv.slice(2) as [string, string, string, string];
const log = createLog({ log: 'silent' });
const presence = new RedisPresence({ url, keyPrefix: key }, log, { heartbeatMs: Number(heartbeatMs) });
for (const id_socket of sockets as string[])
  presence.enter(room, { id_socket, id_user: id_socket, name: id_socket });
presence.start();

const waiting = setInterval(() => {
  if (presence.status.state !== 'up') return;
  clearInterval(waiting);
  console.log('up');
}, 10);
