/** What the person at the terminal has to know; `exitCode` is the process's. */
export class MoveError extends Error {
  constructor(message, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}
