import rethinkdb from 'rethinkdb';
import type { ConflictFunction, Datum, RawTime, Reql } from './reql-types.js';

/** The official driver, typed by reql-types.ts. */
export const r = rethinkdb as unknown as Reql;

/** Run options for rows with times: the driver's own conversion to Date can be a millisecond off. */
export const RAW = { timeFormat: 'raw' } as const;

/** Resolves a conflict of an insert: the stored row stays as it is. */
export const keepStored: ConflictFunction<unknown> = (_id, stored, _added) => stored;

/** @param ms milliseconds since 1970 */
export function timeOf(ms: number): Datum<RawTime> {
  return r.epochTime(ms / 1000);
}

/** A time in the raw form as milliseconds since 1970; null for every other value. */
export function millisecondsOf(value: unknown): number | null {
  if (typeof value !== 'object' || value === null || !('epoch_time' in value)) return null;
  return typeof value.epoch_time === 'number' ? Math.round(value.epoch_time * 1000) : null;
}

export type { DriverConnection, DriverCursor } from './reql-types.js';
