import { setTimeout as sleep } from 'node:timers/promises';

/** Something that goes wrong, and how it is put right. */
export interface Fault {
  name: string;
  /** Begins; resolves with what ends it, or null when it is over at once. */
  begin(pick: (below: number) => number): Promise<(() => Promise<void>) | null>;
  /** Milliseconds for which it lasts, at least and at most. */
  lasts: readonly [least: number, most: number];
}

/** Faults of one part, such as the database: one of them at a time. Several lanes go wrong independently. */
export interface Lane {
  name: string;
  faults: readonly Fault[];
  /** Milliseconds between two faults, at least and at most. */
  pauses: readonly [least: number, most: number];
}

/** A fault as it happened, in milliseconds since the beginning. */
export interface Happened {
  lane: string;
  fault: string;
  from: number;
  to: number;
}

/**
 * Lets the faults of a lane happen one after the other until `signal` aborts, then ends the last.
 * @throws Error when a fault cannot be begun or ended
 */
export async function runLane(
  lane: Lane,
  pick: (below: number) => number,
  signal: AbortSignal,
  happened: (fault: Happened) => void,
): Promise<void> {
  const began = performance.now();
  const now = () => Math.round(performance.now() - began);
  const between = ([least, most]: readonly [number, number]) => least + pick(most - least + 1);
  for (;;) {
    await sleepUnless(signal, between(lane.pauses));
    if (signal.aborted) return;
    const fault = lane.faults[pick(lane.faults.length)]!;
    const from = now();
    const end = await fault.begin(pick);
    if (end) {
      await sleepUnless(signal, between(fault.lasts));
      await end();
    }
    happened({ lane: lane.name, fault: fault.name, from, to: now() });
  }
}

async function sleepUnless(signal: AbortSignal, ms: number): Promise<void> {
  const end = performance.now() + ms;
  while (!signal.aborted && performance.now() < end) await sleep(Math.min(50, end - performance.now()));
}
