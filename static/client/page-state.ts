import type { PageState } from '../../server/http/pages/page-state.js';
import { byId } from './elements.js';

/** The state that the server embeds into the page for its script. */
export function readPageState(): PageState {
  return JSON.parse(byId('state').textContent ?? '') as PageState;
}
