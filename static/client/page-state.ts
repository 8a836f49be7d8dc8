import type { PageState } from '../../server/http/pages/page-state.js';
import { byId } from './elements.js';

/** What the server tells the page's script. */
export function readPageState(): PageState {
  return JSON.parse(byId('state').textContent ?? '') as PageState;
}

/**
 * A browser's store; null where its user forbids it.
 * @param as of the user who the page is by its address, who has a part of his own
 */
export function storeOf(name: 'localStorage' | 'sessionStorage', as: string | null): Store | null {
  try {
    const store = window[name];
    if (as === null) return store;
    const own = (key: string) => `${key}@${as}`;
    return {
      getItem: (key) => store.getItem(own(key)),
      setItem: (key, value) => store.setItem(own(key), value),
      removeItem: (key) => store.removeItem(own(key)),
    };
  } catch {
    return null;
  }
}

/** What is used of the browser's stores. */
export type Store = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;
