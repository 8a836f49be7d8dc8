import type { EmbeddedOptions } from '../api/options.js';
import { type Embedded, startEmbedded } from '../api/start-embedded.js';

/** Serves until SIGINT or SIGTERM. @returns the exit code */
export async function serve(options: EmbeddedOptions): Promise<number> {
  let end: (code: number) => void = () => {};
  const ended = new Promise<number>((resolve) => {
    end = resolve;
  });
  // Not once: npm sends SIGINT again that its terminal has sent to all processes.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => end(0));
  const database = await start(options, (error) => {
    console.error(error.message);
    end(1);
  });
  console.log(`embedded-rethinkdb listens at ${placesOf(database)}, ${storageOf(options)}`);
  const code = await ended;
  await database.stop();
  return code;
}

/** Starts a database whose messages go to stderr. */
export function start(options: EmbeddedOptions, onExit: (error: Error) => void): Promise<Embedded> {
  return startEmbedded({
    ...options,
    onNotice: (text) => console.error(`Notice: ${text}`),
    onSpace: (status) =>
      console.error(
        status.state === 'ok' ? 'Storage has room again.' : `Writes are refused: ${status.reason}`,
      ),
    onExit,
  });
}

/** Without the password, which does not belong into logs. */
function placesOf({ host, port, socketPath }: Embedded): string {
  const tcp = port === 0 ? [] : [`rethinkdb://${host.includes(':') ? `[${host}]` : host}:${port}`];
  return [...tcp, ...(socketPath === null ? [] : [socketPath])].join(' and ');
}

function storageOf({ directory }: EmbeddedOptions): string {
  return directory === undefined ? 'data in memory' : `data in ${directory}`;
}
