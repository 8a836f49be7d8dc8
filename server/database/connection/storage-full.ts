/**
 * Whether an error of the driver is the embedded database's refusal of a write for want of space. The other errors of
 * this class, such as too long arrays, are the query's own.
 */
export function isStorageFull(error: unknown): error is Error {
  return (
    error instanceof Error && error.name === 'ReqlResourceLimitError' && /^Storage full: /.test(textOf(error))
  );
}

/** The driver's message has the query behind the text. */
function textOf(error: Error & { msg?: string }): string {
  return error.msg ?? error.message;
}
