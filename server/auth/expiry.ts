/** The longest delay of Node's timers, 24.8 days. A timer with a longer one would fire immediately. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * Calls back once when a session has expired, never synchronously. Does not keep the process alive.
 * @param expires milliseconds since 1970; null: never
 * @returns a function that cancels the timer
 */
export function onExpiry(expires: number | null, callback: () => void): () => void {
  if (expires === null) return () => {};
  let timer: NodeJS.Timeout;
  const schedule = () => {
    const leftMs = expires - Date.now();
    timer = setTimeout(
      () => (Date.now() >= expires ? callback() : schedule()),
      Math.min(leftMs, MAX_TIMER_MS),
    );
    timer.unref();
  };
  schedule();
  return () => clearTimeout(timer);
}
