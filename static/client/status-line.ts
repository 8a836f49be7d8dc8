import { byId } from './elements.js';
import { setText } from './live-text.js';
import type { Status } from './status.js';

/** Shows the connection in the head of the page, with a countdown to the next attempt. */
export class StatusLine {
  readonly #countdown = byId('countdown');
  readonly #retry = byId<HTMLButtonElement>('retry');
  readonly #notice = byId('notice');

  constructor(retryNow: () => void) {
    this.#retry.addEventListener('click', retryNow);
  }

  /** @param fault another error to show */
  show({ name, text, countdown, notice }: Status, fault: string | null): void {
    document.body.dataset.state = name;
    setText('connection-text', text);
    this.#countdown.textContent = countdown === undefined ? '' : `in ${countdown} s`;
    this.#retry.hidden = countdown === undefined || countdown === 0;
    const shown = notice ?? fault ?? '';
    this.#notice.hidden = shown === '';
    setText('notice', shown);
  }
}
