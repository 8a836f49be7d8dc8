import { type DatabaseAddress, placeOf } from '../config/database-url.js';

/** Says on standard output where everything is: the one line that a start prints beside the log. */
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

/** Ends the process at once, with a message for the operator. */
export function fail(message: string, code: number): never {
  process.stderr.write(`Changeroom: ${message}\n`);
  process.exit(code);
}

/**
 * Stops on SIGTERM or SIGINT as `stopWithin` does. An impatient second Ctrl+C ends the process at once; a second SIGTERM,
 * as platforms send it to every process they see, does not.
 */
export function handleShutdownSignals(stop: () => Promise<void>, withinMs: number): void {
  let isAsked = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (isAsked && signal === 'SIGINT') process.exit(1);
      if (isAsked) return;
      isAsked = true;
      void shutdown(stop, withinMs);
    });
  }
}

/** Stops and ends the process: with code 0, or with 1 when it could not or took longer than `withinMs`. */
export async function shutdown(stop: () => Promise<void>, withinMs: number): Promise<never> {
  setTimeout(() => fail(`not stopped within ${withinMs / 1000} s`, 1), withinMs);
  await stop().catch((error: Error) => fail(error.message, 1));
  process.exit(0);
}
