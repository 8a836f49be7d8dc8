/** The longest time that Node's timers know: 24.8 days. They would run out at once with a longer one. */
const LONGEST_TIMER = 2 ** 31 - 1;

/**
 * Calls back once when a session has expired, at the earliest in the next turn of the event loop. Does not keep the
 * process alive.
 * @param expires milliseconds since 1970; null: never
 * @returns takes the order back
 */
export function onExpiry(expires: number | null, callback: () => void): () => void {
  if (expires === null) return () => {};
  let timer: NodeJS.Timeout;
  const wait = () => {
    const left = expires - Date.now();
    timer = setTimeout(() => (Date.now() >= expires ? callback() : wait()), Math.min(left, LONGEST_TIMER));
    timer.unref();
  };
  wait();
  return () => clearTimeout(timer);
}
