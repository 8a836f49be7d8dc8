import type { Message } from 'changeroom-client';
import { t } from '../../../server/http/pages/texts/text.js';
import type { ReplyBar } from '../reply-bar.js';
import type { MessageAction } from './message-action.js';

/** Begins a reply to a message in the composer. */
export class ReplyAction implements MessageAction {
  readonly name = 'reply';
  readonly icon = 'reply';
  readonly key = 'r';
  readonly #reply: (id: string) => void;

  /** @param reply see ReplyBar.replyTo */
  constructor(reply: ReplyBar['replyTo']) {
    this.#reply = reply;
  }

  label(): string {
    return t('message.reply');
  }

  isOffered(): boolean {
    return true;
  }

  perform({ id }: Message): void {
    this.#reply(id);
  }
}
