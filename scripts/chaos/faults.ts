import { setTimeout as sleep } from 'node:timers/promises';

/** A range of durations in milliseconds, both ends included. */
export type DurationRange = readonly [minMs: number, maxMs: number];

/** A failure that the run causes and ends. */
export interface Fault {
  name: string;
  /** @returns a function that ends the fault, or null when it ends by itself */
  begin(pick: (below: number) => number): Promise<(() => Promise<void>) | null>;
  duration: DurationRange;
}

/** The faults of one part, such as the database: one at a time. The faults of several lanes are independent. */
export interface Lane {
  name: string;
  faults: readonly Fault[];
  /** Between two faults. */
  pause: DurationRange;
}

/** A fault that has ended, in milliseconds since the start of its lane. */
export interface FaultRecord {
  lane: string;
  fault: string;
  from: number;
  to: number;
}

/**
 * Causes faults of a lane one after the other until `signal` aborts, and ends the last one.
 * @param pick returns a random integer from 0 to `below` - 1
 * @throws Error when a fault cannot be begun or ended
 */
export async function runLane(
  lane: Lane,
  pick: (below: number) => number,
  signal: AbortSignal,
  onFault: (record: FaultRecord) => void,
): Promise<void> {
  const startedAt = performance.now();
  const elapsedMs = () => Math.round(performance.now() - startedAt);
  const within = ([minMs, maxMs]: DurationRange) => minMs + pick(maxMs - minMs + 1);
  for (;;) {
    await sleepUnlessAborted(signal, within(lane.pause));
    if (signal.aborted) return;
    const fault = lane.faults[pick(lane.faults.length)];
    if (!fault) return;
    const from = elapsedMs();
    const end = await fault.begin(pick);
    if (end) {
      await sleepUnlessAborted(signal, within(fault.duration));
      await end();
    }
    onFault({ lane: lane.name, fault: fault.name, from, to: elapsedMs() });
  }
}

async function sleepUnlessAborted(signal: AbortSignal, ms: number): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => {});
}
