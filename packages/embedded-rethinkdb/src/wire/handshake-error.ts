/** A connection that is refused: RethinkDB's error code and words. Codes 10 to 20 are for authentication. */
export class HandshakeError extends Error {
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message);
    this.name = 'HandshakeError';
  }
}
