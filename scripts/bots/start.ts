/**
 * `npm run bot -- roll stock`: starts bots of this folder, each by the name of its file.
 *
 * They connect to the broker of AMQP_URL. The settings whose names begin with AMQP must be those of the server.
 *
 * Exit codes: 0 after SIGTERM or SIGINT, 2 for wrong use or settings.
 */
import { existsSync } from 'node:fs';
import { topologyOf } from '../../server/bots/topology.js';
import { loadConfig, readConfig } from '../../server/config/config.js';
import { ConfigError } from '../../server/config/config-error.js';
import type { Bot } from './bot.js';
import { type BotOptions, runBot } from './kit.js';

const USAGE = 'Usage: npm run bot -- roll stock';
const DEFAULT_URL = 'amqp://127.0.0.1';

const names = process.argv.slice(2);
if (names.length === 0) fail(USAGE);
const bots = await Promise.all(names.map(load));
const options = readOptions();
const running = bots.map((bot) => runBot(bot, options));
let isStopping = false;
// Not once: npm sends SIGINT again that its terminal has sent to all processes.
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, stop);

async function stop(): Promise<void> {
  if (isStopping) return;
  isStopping = true;
  await Promise.all(running.map((bot) => bot.stop()));
  process.exit(0);
}

async function load(name: string): Promise<Bot> {
  const file = new URL(`${name}.js`, import.meta.url);
  const module: { bot?: Bot } = /^[a-z0-9-]+$/.test(name) && existsSync(file) ? await import(file.href) : {};
  return module.bot ?? fail(`There is no bot ${name}\n${USAGE}`);
}

function readOptions(): BotOptions {
  try {
    const { config } = loadConfig(process.env);
    const amqp = config.amqp ?? readConfig({ ...process.env, AMQP_URL: DEFAULT_URL }).amqp;
    if (amqp === null) return fail('AMQP_URL is not set');
    return { url: amqp.url, topology: topologyOf(amqp), log: (line) => console.error(line) };
  } catch (error) {
    if (error instanceof ConfigError) return fail(error.message);
    throw error;
  }
}

function fail(message: string): never {
  console.error(message);
  process.exit(2);
}
