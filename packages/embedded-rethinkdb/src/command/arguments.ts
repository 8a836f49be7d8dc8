import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { EmbeddedOptions } from '../api/options.js';

export const USAGE = `Usage: embedded-rethinkdb [options] [--run COMMAND [ARGUMENT …]]

Without --run it serves until it gets SIGINT or SIGTERM.

  --directory PATH      the data directory; default: DATA_DIR, or ./data
  --memory              keep all data in memory, until the end
  --host ADDRESS        the address to listen at; default: 127.0.0.1
  --port NUMBER         the TCP port; default: 28015, with --run any free port
  --socket PATH         listen at a Unix socket; without --port or --run there is no TCP port then
  --password TEXT       the password of the user admin; default: none
  --password-file PATH  the same, read from the first line of a file
  --data-limit BYTES    refuse writes when the data takes this much
  --run COMMAND …       start the database, run the command with RETHINKDB_URL set, end with its exit code
  --check               check all pages, documents and indexes of the data directory; write nothing
  --dump FILE           write everything in the data directory to a file (.gz: compressed), even while it is in use
  --load FILE           create the data directory from a dump
  --help, --version

Exit codes: 0 success; 1 failure, or damage found by --check; 2 wrong usage, or a directory that cannot be checked.
`;

const DEFAULT_PORT = 28_015;
const DEFAULT_DIRECTORY = './data';

/** Wrong use of the command. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The action of a command line. */
export type Action =
  | { readonly kind: 'help' | 'version' }
  | { readonly kind: 'serve'; readonly options: EmbeddedOptions }
  | {
      readonly kind: 'run';
      readonly options: EmbeddedOptions;
      readonly command: readonly [string, ...string[]];
    }
  | { readonly kind: 'check'; readonly directory: string }
  | { readonly kind: 'dump' | 'load'; readonly directory: string; readonly file: string };

const OPTIONS = {
  directory: { type: 'string' },
  memory: { type: 'boolean' },
  host: { type: 'string' },
  port: { type: 'string' },
  socket: { type: 'string' },
  password: { type: 'string' },
  'password-file': { type: 'string' },
  'data-limit': { type: 'string' },
  check: { type: 'boolean' },
  dump: { type: 'string' },
  load: { type: 'string' },
  help: { type: 'boolean' },
  version: { type: 'boolean' },
} as const;

type Values = ReturnType<typeof parse>;

/** @throws UsageError */
export function parseCommand(
  args: readonly string[],
  env: { readonly DATA_DIR?: string | undefined },
): Action {
  const at = args.indexOf('--run');
  const own = parse(at < 0 ? args : args.slice(0, at));
  const [program, ...rest] = at < 0 ? [] : args.slice(at + 1);
  if (own.help) return { kind: 'help' };
  if (own.version) return { kind: 'version' };
  const directory = own.directory ?? env.DATA_DIR ?? DEFAULT_DIRECTORY;
  const only = [
    own.check && '--check',
    own.dump !== undefined && '--dump',
    own.load !== undefined && '--load',
  ];
  const chosen = [...only, at >= 0 && '--run'].filter((name) => name !== false && name !== undefined);
  if (chosen.length > 1) throw new UsageError(`${chosen.join(' and ')} cannot be combined.`);
  if (own.memory && (own.directory !== undefined || (chosen.length === 1 && at < 0)))
    throw new UsageError('--memory has no directory.');
  if (own.check) return { kind: 'check', directory };
  if (own.dump !== undefined) return { kind: 'dump', directory, file: own.dump };
  if (own.load !== undefined) return { kind: 'load', directory, file: own.load };
  const options = serverOptions(own, directory, at >= 0);
  if (at < 0) return { kind: 'serve', options };
  if (program === undefined) throw new UsageError('--run needs a command.');
  return { kind: 'run', options, command: [program, ...rest] };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function serverOptions(values: Values, directory: string, isRun: boolean): EmbeddedOptions {
  const { memory = false, host, socket } = values;
  const password = passwordOf(values);
  const limit = values['data-limit'];
  const port = values.port === undefined ? defaultPort(socket, isRun) : countOf('--port', values.port);
  return {
    ...(memory ? { memory } : { directory }),
    ...(host !== undefined && { host }),
    ...(port !== undefined && { port }),
    ...(socket !== undefined && { socketPath: socket }),
    ...(password !== undefined && { password }),
    ...(limit !== undefined && { dataLimitBytes: countOf('--data-limit', limit) }),
  };
}

function defaultPort(socket: string | undefined, isRun: boolean): number | undefined {
  if (isRun) return 0;
  return socket === undefined ? DEFAULT_PORT : undefined;
}

function passwordOf({ password, 'password-file': file }: Values): string | undefined {
  if (file === undefined) return password;
  if (password !== undefined) throw new UsageError('--password and --password-file cannot be combined.');
  try {
    return readFileSync(file, 'utf8').split(/\r?\n/, 1)[0];
  } catch (error) {
    throw new UsageError(`--password-file: ${(error as Error).message}`);
  }
}

function countOf(name: string, text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new UsageError(`${name} must be a number.`);
}
