import { t } from '../../server/http/pages/texts/text.js';
import { byId } from './elements.js';
import { setText } from './live-text.js';
import type { Status } from './status.js';

/** Shows the connection in the head of the page, with a countdown to the next attempt. */
export class StatusLine {
  readonly #countdown = byId('countdown');
  readonly #retry = byId<HTMLButtonElement>('retry');
  readonly #notice = byId('notice');
  /** Null on servers where visitors sign in elsewhere. */
  readonly #signIn = document.getElementById('sign-in') as HTMLAnchorElement | null;

  constructor(retryNow: () => void) {
    this.#retry.addEventListener('click', retryNow);
  }

  /** Visitors sign in and out on the page. */
  get hasSignIn(): boolean {
    return this.#signIn !== null;
  }

  /** Users who sign in return to this path. */
  setReturnPath(path: string): void {
    if (this.#signIn) this.#signIn.href = `/login?return=${encodeURIComponent(path)}`;
  }

  /** @param fault another error to show */
  show({ name, text, countdown, notice, isSignedOut = false }: Status, fault: string | null): void {
    document.body.dataset.state = name;
    setText('connection-text', text);
    this.#countdown.textContent =
      countdown === undefined ? '' : t('connection.countdown', { seconds: countdown });
    this.#retry.hidden = countdown === undefined || countdown === 0;
    const hint = isSignedOut && !this.#signIn ? ` ${t('connection.signInAtProvider')}` : '';
    const shown = (notice ?? fault ?? '') + hint;
    if (this.#signIn) {
      this.#signIn.hidden = !isSignedOut;
      byId('account-button').hidden = isSignedOut;
    }
    this.#notice.hidden = shown === '';
    setText('notice', shown);
  }
}
