/** Keeps the identity of a guest, such as the `localStorage` of a browser. */
export interface GuestStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

/** The token with which a guest without a cookie remains the same guest after a reconnect and a restart. */
export class GuestToken {
  readonly #storage: GuestStorage | null;
  readonly #key: string;
  #value: string | null;

  /** @param url of the server, which the token belongs to */
  constructor(storage: GuestStorage | null, url: string) {
    this.#storage = storage;
    this.#key = `changeroom.guest ${url}`;
    this.#value = this.#read();
  }

  /** Null before the server has created a guest. */
  get value(): string | null {
    return this.#value;
  }

  set(value: string | null): void {
    this.#value = value;
    try {
      this.#storage?.setItem(this.#key, value ?? '');
    } catch {
      // Full or forbidden storage: the guest is another one after a restart.
    }
  }

  #read(): string | null {
    try {
      return this.#storage?.getItem(this.#key) || null;
    } catch {
      return null;
    }
  }
}
