import type { Author, Message, Room } from 'changeroom-client';
import { faultText } from '../../../server/http/pages/rows/fault-text.js';
import { t } from '../../../server/http/pages/texts/text.js';
import type { Composer } from '../composer.js';
import type { DrawScheduler } from '../draw-scheduler.js';
import { isBy } from '../message-row.js';
import type { MessageAction, RowCommands } from './message-action.js';

export interface DeleteActionDependencies {
  room: Pick<Room, 'delete'>;
  composer: Pick<Composer, 'focus'>;
  drawing: DrawScheduler;
  user: () => Author;
  /** The list of messages. */
  rows: HTMLElement;
}

/** Deletes an own message after a confirmation in its row. */
export class DeleteAction implements MessageAction {
  readonly name = 'delete';
  readonly icon = 'trash';
  readonly key = 'delete';
  readonly #dependencies: DeleteActionDependencies;
  #confirming: string | null = null;
  #fault: { id: string; text: string } | null = null;

  /** The buttons of the confirmation. */
  readonly commands: RowCommands = {
    confirm: (id) => this.#delete(id),
    keep: (id) => void this.cancel(id),
  };

  constructor(dependencies: DeleteActionDependencies) {
    this.#dependencies = dependencies;
  }

  /** Id of the message whose deletion has to be confirmed. */
  get confirming(): string | null {
    return this.#confirming;
  }

  /** A message and the error of its last deletion. */
  get fault(): { id: string; text: string } | null {
    return this.#fault;
  }

  label(): string {
    return t('message.delete');
  }

  isOffered(message: Message): boolean {
    return isBy(message, this.#dependencies.user());
  }

  perform({ id }: Message): void {
    this.#confirming = id;
    this.#dependencies.drawing.drawNow();
    this.#focus(`[data-id="${CSS.escape(id)}"] [data-action="keep"]`);
  }

  /** Withdraws the question about a message. @returns whether there was one */
  cancel(id: string): boolean {
    if (this.#confirming !== id) return false;
    this.#confirming = null;
    this.#dependencies.drawing.drawNow();
    this.#focus(`[data-id="${CSS.escape(id)}"]`);
    return true;
  }

  #delete(id: string): void {
    const { room, drawing, composer } = this.#dependencies;
    this.#confirming = null;
    this.#fault = null;
    composer.focus();
    room.delete(id).catch((error: Error) => {
      this.#fault = { id, text: faultText(error) };
      drawing.schedule();
    });
  }

  #focus(selector: string): void {
    this.#dependencies.rows.querySelector<HTMLElement>(selector)?.focus();
  }
}
