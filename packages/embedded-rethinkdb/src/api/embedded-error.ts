import type { DirectoryFault } from '../storage/data-directory.js';

export type EmbeddedErrorCode =
  | DirectoryFault
  /** Another process listens at the port or the Unix socket. */
  | 'embedded-port-taken'
  /** An option has a value that cannot be used. */
  | 'embedded-option-invalid'
  /** A dump file is incomplete, damaged or of another program. */
  | 'embedded-dump-invalid'
  | 'embedded-failed';

/** Why the database cannot be started, dumped or loaded. */
export class EmbeddedError extends Error {
  constructor(
    readonly code: EmbeddedErrorCode,
    message: string,
  ) {
    super(message);
    this.name = 'EmbeddedError';
  }
}
