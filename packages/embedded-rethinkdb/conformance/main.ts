import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { startTestServer } from '../tests/support/start.js';
import { AREAS } from './areas/index.js';
import { type AreaResult, compareArea, type Servers } from './compare.js';
import { RethinkDbProcess } from './rethinkdb-process.js';

const USAGE = `usage: npm run conformance -- [DIR] [--seed N] [--cases N] [--only AREA] [--show N]

DIR has the programs run.mjs and feeds.mjs, which replay RethinkDB's own cases on a server at --port.
With RETHINKDB_BIN, generated queries are compared with a server of that program: --cases for each area, from seed --seed;
--show N prints up to N differences for each area.`;

interface Options {
  readonly directory: string | undefined;
  readonly seed: number;
  readonly cases: number;
  readonly only: string;
  readonly shown: number;
}

function parseOptions(): Options {
  const number = (text: string) => {
    if (/^\d+$/.test(text)) return Number(text);
    throw new Error(`not a number: ${text}`);
  };
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      seed: { type: 'string', default: '1' },
      cases: { type: 'string', default: '1000' },
      only: { type: 'string', default: '' },
      show: { type: 'string', default: '0' },
    },
  });
  const [directory] = positionals;
  if (directory !== undefined && !existsSync(path.join(directory, 'run.mjs'))) {
    throw new Error(`${directory} has no run.mjs`);
  }
  const { seed, cases, only, show } = values;
  return { directory, seed: number(seed), cases: number(cases), only, shown: number(show) };
}

/** Replays RethinkDB's own cases on the embedded database. @returns whether all passed */
async function replay(directory: string, port: number): Promise<boolean> {
  const codes: unknown[] = [];
  for (const program of ['run.mjs', 'feeds.mjs']) {
    const child = spawn(process.execPath, [path.join(directory, program), '--port', String(port)], {
      stdio: 'inherit',
    });
    codes.push((await once(child, 'exit'))[0]);
  }
  return codes.every((code) => code === 0);
}

async function compare(servers: Servers, { seed, cases, only, shown }: Options): Promise<void> {
  for (const area of AREAS.filter(({ name }) => name.includes(only))) {
    printResult(await compareArea(area, servers, seed, cases), shown);
  }
}

function printResult({ area, cases, differences }: AreaResult, shown: number): void {
  const percent = ((100 * (cases - differences.length)) / cases).toFixed(1);
  console.log(`${area}: ${cases - differences.length} of ${cases} answers are equal (${percent} %)`);
  for (const { seed, query, embedded, rethinkdb } of differences.slice(0, shown)) {
    console.log(`  seed ${seed}: ${query}\n    embedded  ${embedded}\n    RethinkDB ${rethinkdb}`);
  }
}

async function main(options: Options): Promise<void> {
  const server = await startTestServer();
  try {
    if (options.directory !== undefined && !(await replay(options.directory, server.port)))
      process.exitCode = 1;
    const program = process.env.RETHINKDB_BIN;
    if (program === undefined) {
      console.log('generated queries are not compared: RETHINKDB_BIN is not set');
      return;
    }
    const reference = await RethinkDbProcess.start(program);
    try {
      await compare({ embedded: await server.connect(), rethinkdb: await reference.connect() }, options);
    } finally {
      await reference.stop();
    }
  } finally {
    await server.stop();
  }
  for (const fault of server.faults) console.error(fault);
}

let options: Options;
try {
  options = parseOptions();
} catch (error) {
  console.error(`${(error as Error).message}\n${USAGE}`);
  process.exit(2);
}
await main(options);
