import type { ErrorKind } from '../datum/reql-error.js';

// The numbers of RethinkDB's wire protocol, from its ql2.proto.

/** The first four bytes of a connection, little endian. */
export const VERSION = {
  V0_1: 0x3f61ba36,
  V0_2: 0x723081e1,
  V0_3: 0x5f75e83e,
  V0_4: 0x400c2d20,
  V1_0: 0x34c2bdc3,
};

/** The encoding, after the authorization key in V0_3 and V0_4. */
export const ENCODING = { PROTOBUF: 0x271ffc41, JSON: 0x7e6970c7 };

export const QUERY = { START: 1, CONTINUE: 2, STOP: 3, NOREPLY_WAIT: 4, SERVER_INFO: 5 };

export const RESPONSE = {
  SUCCESS_ATOM: 1,
  SUCCESS_SEQUENCE: 2,
  SUCCESS_PARTIAL: 3,
  WAIT_COMPLETE: 4,
  SERVER_INFO: 5,
  CLIENT_ERROR: 16,
  COMPILE_ERROR: 17,
  RUNTIME_ERROR: 18,
};

export const NOTE = {
  SEQUENCE_FEED: 1,
  ATOM_FEED: 2,
  ORDER_BY_LIMIT_FEED: 3,
  UNIONED_FEED: 4,
  INCLUDES_STATES: 5,
};

/** The `e` of a RUNTIME_ERROR. */
export const ERROR_TYPE: Readonly<Record<Exclude<ErrorKind, 'COMPILE' | 'CLIENT'>, number>> = {
  INTERNAL: 1_000_000,
  RESOURCE_LIMIT: 2_000_000,
  LOGIC: 3_000_000,
  NON_EXISTENCE: 3_100_000,
  OP_FAILED: 4_100_000,
  OP_INDETERMINATE: 4_200_000,
  USER: 5_000_000,
  PERMISSION_ERROR: 6_000_000,
};

/** A refused connection, with the error code and text of RethinkDB. Codes 10 to 20 concern authentication. */
export class HandshakeError extends Error {
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message);
    this.name = 'HandshakeError';
  }
}
