import type { Message } from 'changeroom-client';
import type { IconName } from '../../../server/http/pages/rows/icon.js';

/** An action on a delivered message: a button of the action bar, and a key while the message has the focus. */
export interface MessageAction {
  /** The value of `data-action` of the button; unique among all actions and commands. */
  readonly name: string;
  readonly icon: IconName;
  /** In lower case, as `KeyboardEvent.key`. */
  readonly key: string;
  /** The name of the button, for this message. */
  label(message: Message): string;
  /** Whether the user may do it. */
  isOffered(message: Message): boolean;
  /** @param button of the action bar; null if the user pressed the key */
  perform(message: Message, button: HTMLElement | null): void;
}

/**
 * Handlers for clicks on the buttons that rows have besides the action bar, by `data-action`.
 * `id`: of the message that the row shows; empty in other rows.
 */
export type RowCommands = Readonly<Record<string, (id: string, button: HTMLElement) => void>>;
