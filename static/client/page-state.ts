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

const USER_KEY = 'changeroom.user';

/** Deletes drafts and unsent messages that another user has left in this tab. */
export function forgetOtherUser({ id_user }: PageState['user']): void {
  const storage = storageOf('sessionStorage', null);
  if (!storage || id_user === null) return;
  if ((storage.getItem(USER_KEY) ?? id_user) !== id_user) sessionStorage.clear();
  storage.setItem(USER_KEY, id_user);
}

export type PageStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;
