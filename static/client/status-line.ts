import { byId } from './elements.js';
import type { Status } from './status.js';

/** Shows the connection in the page's head, counting down to the next attempt. */
export class StatusLine {
  readonly #line = byId('connection');
  readonly #text = byId('connection-text');
  readonly #countdown = byId('countdown');
  readonly #retry = byId<HTMLButtonElement>('retry');
  readonly #notice = byId('notice');

  constructor(retryNow: () => void) {
    this.#line.hidden = false;
    this.#retry.addEventListener('click', retryNow);
  }

  /** @param fault what else went wrong and needs to be told */
  show({ name, text, countdown, notice }: Status, fault: string | null): void {
    document.body.dataset.state = name;
    // Set only when different: it is a live region, and would be read out each time.
    if (this.#text.textContent !== text) this.#text.textContent = text;
    this.#countdown.textContent = countdown === undefined ? '' : `in ${countdown} s`;
    this.#retry.hidden = countdown === undefined || countdown === 0;
    const said = notice ?? fault ?? '';
    this.#notice.hidden = said === '';
    if (this.#notice.textContent !== said) this.#notice.textContent = said;
  }
}
