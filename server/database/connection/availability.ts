/**
 * Decides which errors mean that the database, or the part of it that a query needs, cannot be used at the moment, so
 * that trying again later makes sense. Everything else is a fault of the query.
 */

/** Types of the driver that mean nothing else. */
const TYPES: ReadonlySet<string> = new Set([
  // The driver itself: the connection is closed, or cannot be opened.
  'ReqlDriverError',
  'ReqlTimeoutError',
  // OP_FAILED and OP_INDETERMINATE (rdb_protocol/real_table.cc: "Cannot perform read/write: …", admin_op_exc.hpp: "The
  // server(s) hosting table … are currently unreachable", changefeed.cc: "Changefeed aborted (unavailable)."), and a
  // table or index that does not exist: it is made again (schema-watch.ts).
  'ReqlAvailabilityError',
  'ReqlOpFailedError',
  'ReqlOpIndeterminateError',
]);

/** Messages of errors whose type (INTERNAL, RUNTIME, QUERY_LOGIC) also stands for faults of queries. */
const MESSAGES: readonly RegExp[] = [
  // The driver's net.js: what was under way when the connection was closed.
  /^Connection is closed/i,
  // table_meta_client.hpp, failed_table_op_exc_t and maybe_failed_table_op_exc_t. Reading the configuration for the
  // write hook (real_table.cc, get_write_hook) does not catch them; query_server.cc makes INTERNAL of them.
  /none of the servers were accessible/,
  /lost contact with/,
  // no_such_table_exc_t, on the same way: the table was dropped a moment ago.
  /There is no table with the given name/,
  // table_query_client.cc and exec_primary.cc, behind "Cannot perform read:" or "Cannot perform write:".
  /^Cannot perform (?:read|write): /,
  // btree.cc: a write that was interrupted because its shard moved; stands in `first_error`.
  /^interrupted \(/,
  // client_protocol/server.cc and changefeed.cc, at the end of a server.
  /^Server is shutting down/,
  /^Subscription destroyed/,
];

/** Whether an error of the driver means that the database cannot be used at the moment. */
export function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (TYPES.has(error.name)) return true;
  return isUnavailableMessage((error as { msg?: string }).msg ?? error.message);
}

/**
 * Whether a write's result says that rows were not written because the database cannot be used: a server reports some of
 * these failures in `first_error` and not as an error of the query.
 */
export function isUnavailableResult(result: unknown): boolean {
  const { errors, first_error } = (result ?? {}) as { errors?: unknown; first_error?: unknown };
  return typeof errors === 'number' && errors > 0 && isUnavailableMessage(String(first_error));
}

/** Whether an error means that a table or an index is missing. */
export function isMissing(error: unknown): boolean {
  return error instanceof Error && /does not exist|was not found on table/.test(error.message);
}

/** Whether an error means that the user may not do this, as read the system tables. */
export function isPermission(error: unknown): boolean {
  return error instanceof Error && error.name === 'ReqlPermissionError';
}

function isUnavailableMessage(message: string): boolean {
  const text = message.replace(/^Unexpected exception: /, '');
  return MESSAGES.some((pattern) => pattern.test(text));
}
