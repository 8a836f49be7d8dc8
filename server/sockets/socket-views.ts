/** The live views of a socket, by the names that its client has given. */
export class SocketViews {
  readonly #views = new Map<string, { close: (() => void) | null }>();

  /**
   * Opens a view, and closes the one of the same name first.
   * @param open resolves with a function that closes the view
   * @returns whether the view is still wanted: it was not closed or replaced while it was being opened
   */
  async replace(name: string, open: (isWanted: () => boolean) => Promise<() => void>): Promise<boolean> {
    this.close(name);
    const view: { close: (() => void) | null } = { close: null };
    this.#views.set(name, view);
    const isWanted = () => this.#views.get(name) === view;
    try {
      const close = await open(isWanted);
      if (isWanted()) view.close = close;
      else close();
      return isWanted();
    } catch (error) {
      if (isWanted()) this.#views.delete(name);
      throw error;
    }
  }

  close(name: string): void {
    this.#views.get(name)?.close?.();
    this.#views.delete(name);
  }

  closeAll(): void {
    for (const name of [...this.#views.keys()]) this.close(name);
  }
}
