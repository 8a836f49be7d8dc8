import type { PageState } from '../../server/http/page/page-state.js';
import { byId } from './elements.js';

/** What the server tells the page's script. */
export function readPageState(): PageState {
  return JSON.parse(byId('state').textContent ?? '') as PageState;
}

/** A browser's store; null where its user forbids it. */
export function storeOf(name: 'localStorage' | 'sessionStorage'): Storage | null {
  try {
    return window[name];
  } catch {
    return null;
  }
}
