import type { SpaceStatus } from '../storage/space.js';
import type { WireLimits } from './limits.js';

/** The options of the database's thread. */
export interface WorkerOptions {
  /** null: in memory. */
  readonly directory: string | null;
  readonly host: string;
  /** 0: any free port; null: no TCP port. */
  readonly port: number | null;
  readonly socketPath: string | null;
  readonly password: string;
  readonly dataLimitBytes: number | null;
  readonly reserveBytes: number | undefined;
  readonly limits: Partial<WireLimits>;
}

/** A message to the database's thread. `copy` asks for a consistent copy of the data file in a new directory. */
export type WorkerCommand = { readonly kind: 'stop' } | { readonly kind: 'copy'; readonly directory: string };

/** A message from the database's thread. */
export type WorkerMessage =
  | { readonly kind: 'listening'; readonly port: number | null }
  | { readonly kind: 'notice'; readonly text: string }
  | { readonly kind: 'space'; readonly status: SpaceStatus }
  | { readonly kind: 'refused'; readonly code: string; readonly message: string }
  | { readonly kind: 'copied'; readonly directory: string; readonly error: string | null }
  | { readonly kind: 'fault'; readonly message: string; readonly stack: string };
