import { type DatabaseAddress, placeOf } from '../config/database-url.js';

/** Prints the addresses of page and database to standard output: the only line besides the log. */
export function printStartupBanner(
  url: string,
  { address, isEmbedded }: { address: DatabaseAddress; isEmbedded: boolean },
  processes = 1,
): void {
  const { hosts, db } = address;
  const kind = isEmbedded ? 'embedded database' : 'database';
  const several = processes > 1 ? `, in ${processes} processes` : '';
  process.stdout.write(
    `Changeroom is at ${url}, its ${kind} at ${placeOf(...hosts)} (database ${db})${several}\n`,
  );
}

/** Ends the process immediately, with a message for the operator. */
export function fail(message: string, code: number): never {
  process.stderr.write(`Changeroom: ${message}\n`);
  process.exit(code);
}

/** A terminal sends SIGINT to all its processes, and npm sends it again to its child: a second one within this time. */
const REPEATED_SIGNAL_MS = 500;

/**
 * Shuts down on SIGTERM or SIGINT (see `shutdown`). Another SIGINT (Ctrl+C) after `REPEATED_SIGNAL_MS` ends the process
 * immediately; another SIGTERM does not, because some platforms send it to all processes of a container and again by way
 * of their parent.
 */
export function handleShutdownSignals(stop: () => Promise<void>, timeoutMs: number): void {
  let startedAt: number | null = null;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (startedAt === null) {
        startedAt = performance.now();
        void shutdown(stop, timeoutMs);
      } else if (signal === 'SIGINT' && performance.now() - startedAt > REPEATED_SIGNAL_MS) process.exit(1);
    });
  }
}

/** Calls `stop` and ends the process: with code 0, or with 1 if `stop` fails or takes longer than `timeoutMs`. */
export async function shutdown(stop: () => Promise<void>, timeoutMs: number): Promise<never> {
  setTimeout(() => fail(`shutdown did not finish within ${timeoutMs / 1000} s`, 1), timeoutMs);
  await stop().catch((error: Error) => fail(error.message, 1));
  process.exit(0);
}
