import type { SpaceStatus } from '../storage/space.js';
import type { WireLimits } from './limits.js';

/** The options of the database's thread. */
export interface WorkerOptions {
  readonly directory: string;
  readonly host: string;
  readonly port: number;
  readonly password: string;
  readonly dataLimitBytes: number | null;
  readonly reserveBytes: number | undefined;
  readonly limits: Partial<WireLimits>;
}

/** Messages from the database's thread. Any message to the thread stops it. */
export type WorkerMessage =
  | { readonly kind: 'listening'; readonly port: number }
  | { readonly kind: 'notice'; readonly text: string }
  | { readonly kind: 'space'; readonly status: SpaceStatus }
  | { readonly kind: 'refused'; readonly code: string; readonly message: string }
  | { readonly kind: 'fault'; readonly message: string; readonly stack: string };
