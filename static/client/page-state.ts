import type { PageState } from '../../server/http/pages/page-state.js';
import { byId } from './elements.js';

/** The state that the server embeds into the page for its script. */
export function readPageState(): PageState {
  return JSON.parse(byId('state').textContent ?? '') as PageState;
}

/**
 * A storage of the browser; null if the user forbids it.
 * @param as id of the user of a playground page: namespaces the keys
 */
export function storageOf(name: 'localStorage' | 'sessionStorage', as: string | null): PageStorage | null {
  try {
    const storage = window[name];
    if (as === null) return storage;
    const keyOf = (key: string) => `${key}@${as}`;
    return {
      getItem: (key) => storage.getItem(keyOf(key)),
      setItem: (key, value) => storage.setItem(keyOf(key), value),
      removeItem: (key) => storage.removeItem(keyOf(key)),
    };
  } catch {
    return null;
  }
}

export type PageStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;
