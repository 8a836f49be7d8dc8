const MAX_REASON_CHARACTERS = 300;

/**
 * Why an operation failed, short enough for a log line: the system's error code (`ECONNREFUSED`), or the first line of
 * the message. `fetch` has both in the error's `cause`, and the RethinkDB driver has its message without the query,
 * which may hold what users wrote, in `msg`.
 */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code, cause, msg, message }: Error & { code?: unknown; msg?: unknown } = error;
  if (typeof code === 'string') return code;
  if (cause instanceof Error) return reasonOf(cause);
  const [line = ''] = (typeof msg === 'string' ? msg : message).split('\n');
  return line.slice(0, MAX_REASON_CHARACTERS);
}
