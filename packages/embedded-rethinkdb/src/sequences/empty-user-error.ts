import { ReqlError } from '../values/reql-error.js';

/** `r.error()` without a message: inside `default` it stands for the error that was caught. */
export class EmptyUserError extends ReqlError {
  constructor() {
    super('LOGIC', 'Empty ERROR term outside a default block.');
  }
}
