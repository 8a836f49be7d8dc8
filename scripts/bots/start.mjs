/**
 * Starts bots of this folder, each by the name of its file:
 *
 *     npm run bot -- roll stock
 *
 * They meet the server at the broker of AMQP_URL; AMQP_COMMAND_QUEUE, AMQP_REPLY_QUEUE and AMQP_DURABLE must be as it has them.
 */
import { existsSync } from 'node:fs';
import { runBot } from './kit.mjs';

const names = process.argv.slice(2);
const files = names.map((name) => new URL(`${name}.mjs`, import.meta.url));
const unusable = names.find((name, i) => !/^[a-z0-9-]+$/.test(name) || !existsSync(files[i]));
if (names.length === 0 || unusable !== undefined) fail(unusable);

const bots = await Promise.all(files.map(async ({ href }) => (await import(href)).bot ?? fail(href)));
const running = bots.map((bot) => runBot(bot));
for (const signal of ['SIGTERM', 'SIGINT']) {
  process.once(signal, async () => {
    await Promise.all(running.map((bot) => bot.stop()));
    process.exit(0);
  });
}

function fail(name) {
  if (name !== undefined) console.error(`There is no bot ${name}`);
  console.error('Usage: npm run bot -- roll stock');
  process.exit(2);
}
