/**
 * Decides which errors mean that the database, or the part of it that a query needs, is unavailable, so that a later retry
 * can succeed. All other errors are faults of the query.
 */

/** Types of the driver's errors that always mean unavailability. */
const UNAVAILABLE_TYPES: ReadonlySet<string> = new Set([
  // The driver itself: the connection is closed, or cannot be opened.
  'ReqlDriverError',
  'ReqlTimeoutError',
  // OP_FAILED and OP_INDETERMINATE (rdb_protocol/real_table.cc: "Cannot perform read/write: …", admin_op_exc.hpp: "The
  // server(s) hosting table … are currently unreachable", changefeed.cc: "Changefeed aborted (unavailable)."), and a
  // table or index that does not exist: the server creates it again (schema-watch.ts).
  'ReqlAvailabilityError',
  'ReqlOpFailedError',
  'ReqlOpIndeterminateError',
]);

/** Messages of errors whose type (INTERNAL, RUNTIME, QUERY_LOGIC) also stands for faults of queries. */
const UNAVAILABLE_MESSAGES: readonly RegExp[] = [
  // The driver's net.js: queries without an answer when the connection was closed.
  /^Connection is closed/i,
  // table_meta_client.hpp, failed_table_op_exc_t and maybe_failed_table_op_exc_t. Reading the configuration for the
  // write hook (real_table.cc, get_write_hook) does not catch them; query_server.cc makes INTERNAL of them.
  /none of the servers were accessible/,
  /lost contact with/,
  // no_such_table_exc_t, from the same code: the table was dropped a moment ago.
  /There is no table with the given name/,
  // table_query_client.cc and exec_primary.cc, behind "Cannot perform read:" or "Cannot perform write:".
  /^Cannot perform (?:read|write): /,
  // btree.cc: a write that was interrupted because its shard moved; reported in `first_error`.
  /^interrupted \(/,
  // client_protocol/server.cc and changefeed.cc, when a server shuts down.
  /^Server is shutting down/,
  /^Subscription destroyed/,
];

/** Whether an error of the driver means that the database is unavailable. */
export function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (UNAVAILABLE_TYPES.has(error.name)) return true;
  return isUnavailableMessage(messageOf(error));
}

/**
 * Whether a write's result says that rows were not written because the database is unavailable: a server reports some of
 * these failures in `first_error` instead of failing the query.
 */
export function isUnavailableResult(answer: unknown): answer is { first_error: string } {
  if (typeof answer !== 'object' || answer === null) return false;
  if (!('errors' in answer && 'first_error' in answer)) return false;
  const { errors, first_error } = answer;
  return (
    typeof errors === 'number' &&
    errors > 0 &&
    typeof first_error === 'string' &&
    isUnavailableMessage(first_error)
  );
}

/** Whether an error means that a table or an index is missing. */
export function isMissing(error: unknown): boolean {
  return error instanceof Error && /does not exist|was not found on table/.test(error.message);
}

/** Whether an error means that the user lacks a permission, such as reading the system tables. */
export function isPermission(error: unknown): boolean {
  return error instanceof Error && error.name === 'ReqlPermissionError';
}

/**
 * Whether an error is the embedded database's refusal of a write for lack of space. Other errors of this class, such as
 * arrays that are too long, are faults of the query.
 */
export function isStorageFull(error: unknown): error is Error {
  return (
    error instanceof Error &&
    error.name === 'ReqlResourceLimitError' &&
    /^Storage full: /.test(messageOf(error))
  );
}

/** The driver's message without the query. */
function messageOf(error: Error & { msg?: unknown }): string {
  return typeof error.msg === 'string' ? error.msg : error.message;
}

function isUnavailableMessage(message: string): boolean {
  const text = message.replace(/^Unexpected exception: /, '');
  return UNAVAILABLE_MESSAGES.some((pattern) => pattern.test(text));
}
