import type { ErrorCode } from '../../server/protocol/errors.js';

/** A write that is repeated with the same id until it is acknowledged. */
export type Write =
  | { kind: 'create'; id: string; room: string; body: string }
  | { kind: 'edit'; id: string; room: string; body: string }
  | { kind: 'delete'; id: string; room: string };

/** `retry`: no answer, or an error that a later attempt can avoid. `storage-full`: the same, because of a full disk. */
export type WriteOutcome = 'acknowledged' | 'retry' | 'storage-full';

/** Sends writes to a server or to the database. */
export interface WriteClient {
  /** Of the writer, in the report. */
  readonly name: string;
  /** Whether it can edit and delete messages that it has created. */
  readonly canChange: boolean;
  /** @throws Error when the write is refused and a later attempt would be refused as well */
  send(write: Write): Promise<WriteOutcome>;
  close(): Promise<void>;
}

const TEMPORARY: readonly ErrorCode[] = [
  'database-unavailable',
  'shutting-down',
  'rate-limited',
  'not-joined',
];

/** The outcome of a write that a server answered with an error; null when a retry would fail as well. */
export function outcomeOf(code: ErrorCode | undefined): WriteOutcome | null {
  if (code === 'storage-full') return 'storage-full';
  return code && TEMPORARY.includes(code) ? 'retry' : null;
}
