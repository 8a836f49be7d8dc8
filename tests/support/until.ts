/** Waits until `check` gives something truthy, and gives that back. Fails after `ms` with what was waited for. */
export async function until<T>(
  what: string,
  check: () => T | Promise<T>,
  ms = 40_000,
): Promise<NonNullable<T>> {
  const end = Date.now() + ms;
  for (;;) {
    const value = await check();
    if (value) return value;
    if (Date.now() > end) throw new Error(`no success within ${ms} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
