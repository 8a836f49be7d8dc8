/** The error types of RethinkDB's ql2.proto, and COMPILE and CLIENT, which are response types. */
export type ErrorKind =
  | 'LOGIC'
  | 'NON_EXISTENCE'
  | 'USER'
  | 'INTERNAL'
  | 'RESOURCE_LIMIT'
  | 'OP_FAILED'
  | 'OP_INDETERMINATE'
  | 'PERMISSION_ERROR'
  | 'COMPILE'
  | 'CLIENT';

/** An error of a query, which its client gets. `frames` is the path from the root term to the term that failed. */
export class ReqlError extends Error {
  readonly kind: ErrorKind;
  frames: (number | string)[] = [];

  constructor(kind: ErrorKind, message: string) {
    super(message);
    this.name = 'ReqlError';
    this.kind = kind;
  }
}

const shorthand = (kind: ErrorKind) => (message: string) => new ReqlError(kind, message);

export const logicError = shorthand('LOGIC');
export const nonExistence = shorthand('NON_EXISTENCE');
export const userError = shorthand('USER');
export const internalError = shorthand('INTERNAL');
export const resourceLimit = shorthand('RESOURCE_LIMIT');
export const opFailed = shorthand('OP_FAILED');
export const permissionError = shorthand('PERMISSION_ERROR');
export const compileError = shorthand('COMPILE');
export const clientError = shorthand('CLIENT');

/** `r.error()` without a message: inside `default` it stands for the error that was caught. */
export class EmptyUserError extends ReqlError {
  constructor() {
    super('LOGIC', 'Empty ERROR term outside a default block.');
  }
}
