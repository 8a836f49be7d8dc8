import type { Author, Message, Room } from 'changeroom-client';
import { faultText } from '../../../server/http/pages/rows/fault-text.js';
import { t } from '../../../server/http/pages/texts/text.js';
import type { DrawScheduler } from '../draw-scheduler.js';
import { openEmojiPicker } from '../emoji/open-emoji-picker.js';
import type { MessageAction, RowCommands } from './message-action.js';

export interface ReactActionDependencies {
  room: Pick<Room, 'message' | 'react'>;
  drawing: DrawScheduler;
  user: () => Author;
  /** The list of messages. */
  rows: HTMLElement;
  /** Shows the error of a reaction in the row of its message. */
  showFault: (id: string, text: string) => void;
}

/** Reacts to a message: offers the most frequent emoji in its row. */
export class ReactAction implements MessageAction {
  readonly name = 'react';
  readonly icon = 'smile';
  readonly key = '+';
  readonly #dependencies: ReactActionDependencies;
  #choosing: string | null = null;

  /** The buttons of the choice, and of the reactions below a message. */
  readonly commands: RowCommands = {
    'react-with': (id, button) => this.toggle(id, button.dataset.emoji ?? ''),
    'react-more': (id, button) => openEmojiPicker(button, (emoji) => this.toggle(id, emoji)),
  };

  constructor(dependencies: ReactActionDependencies) {
    this.#dependencies = dependencies;
  }

  /** Id of the message for which the user chooses an emoji. */
  get choosing(): string | null {
    return this.#choosing;
  }

  label(): string {
    return t('annotations.add');
  }

  isOffered(): boolean {
    return true;
  }

  perform({ id }: Message): void {
    this.#choosing = this.#choosing === id ? null : id;
    this.#dependencies.drawing.drawNow();
    this.#focus(`[data-id="${CSS.escape(id)}"] .quick button`);
  }

  /** Ends the choice for a message. @returns whether there was one */
  cancel(id: string): boolean {
    if (this.#choosing !== id) return false;
    this.#choosing = null;
    this.#dependencies.drawing.drawNow();
    this.#focus(`[data-id="${CSS.escape(id)}"]`);
    return true;
  }

  /** Adds the reaction of the user, or removes it. */
  toggle(id: string, emoji: string): void {
    const { room, user, drawing, showFault } = this.#dependencies;
    const { id_user } = user();
    const present = room.message(id)?.reactions?.find((one) => one.emoji === emoji);
    const isOwn = id_user !== null && present?.id_users.includes(id_user) === true;
    if (this.#choosing === id) this.cancel(id);
    room.react(id, emoji, !isOwn).catch((error: Error) => {
      showFault(id, faultText(error));
      drawing.schedule();
    });
  }

  #focus(selector: string): void {
    this.#dependencies.rows.querySelector<HTMLElement>(selector)?.focus();
  }
}
