import type { ChatError } from '../protocol/errors.js';
import type { FrameBatch } from './frame-batch.js';

/** Receives the frames of a room, at most one batch per turn of the event loop. */
export interface Subscriber {
  /** The user whose rights are checked. */
  readonly id_user: string;
  /** The address that limits count in addition to the user; undefined where it is unknown. */
  readonly address?: string | undefined;
  deliver(batch: FrameBatch): void;
  /** The right to be in the room is being checked. @returns called when the check has ended, whatever its result is */
  onAccessCheck?(room: string): () => void;
  /** The subscriber was removed: it may not be in this room (`not-a-member`), or its rights cannot be checked. */
  onAccessRevoked(room: string, error: ChatError): void;
}
