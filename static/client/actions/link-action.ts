import type { Message } from 'changeroom-client';
import { messagePath } from '../../../server/http/pages/rows/room-path.js';
import { t } from '../../../server/http/pages/texts/text.js';
import type { MessageAction } from './message-action.js';

/** Copies the address of a message. */
export class LinkAction implements MessageAction {
  readonly name = 'link';
  readonly icon = 'link';
  readonly key = 'l';
  readonly #as: string | null;
  readonly #announce: (text: string) => void;

  /**
   * @param as id of the user of a playground page
   * @param announce shows a short note to the user
   */
  constructor(as: string | null, announce: (text: string) => void) {
    this.#as = as;
    this.#announce = announce;
  }

  label(): string {
    return t('message.copyLink');
  }

  isOffered(): boolean {
    return true;
  }

  perform(message: Message): void {
    void this.#copy(messagePath(message, this.#as));
  }

  async #copy(path: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(new URL(path, location.href).href);
      this.#announce(t('message.linkCopied'));
    } catch {
      // Pages without https have no clipboard, and users can refuse it: the address bar shows the link instead.
      history.replaceState(history.state, '', path);
      this.#announce(t('message.linkNotCopied'));
    }
  }
}
