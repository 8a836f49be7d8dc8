/** The part of `fetch` that the package uses, as browsers and Node have it. */
declare function fetch(
  url: string,
  init: { method: string; headers: Record<string, string>; body?: string },
): Promise<{
  readonly ok: boolean;
  json(): Promise<unknown>;
  readonly headers: { get(name: string): string | null };
}>;
