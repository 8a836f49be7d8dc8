/** A storage of the browser, as far as the page uses it. `setItem` throws if the storage is full. */
export interface PageStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/**
 * A storage of the browser; null if the user forbids it.
 * @param id_user namespaces the keys; null: all users of the browser share them
 */
export function storageOf(
  name: 'localStorage' | 'sessionStorage',
  id_user: string | null,
): PageStorage | null {
  try {
    const { [name]: storage } = globalThis as unknown as Record<typeof name, PageStorage>;
    if (id_user === null) return storage;
    const keyOf = (key: string) => `${key}@${id_user}`;
    return {
      getItem: (key) => storage.getItem(keyOf(key)),
      setItem: (key, value) => storage.setItem(keyOf(key), value),
      removeItem: (key) => storage.removeItem(keyOf(key)),
    };
  } catch {
    return null;
  }
}
