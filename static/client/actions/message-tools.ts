import type { Message, Room } from 'changeroom-client';
import type { DrawScheduler } from '../draw-scheduler.js';
import { ActionBar } from './action-bar.js';
import type { MessageAction, RowCommands } from './message-action.js';

export interface MessageToolsDependencies {
  room: Pick<Room, 'message'>;
  /** The list of messages. */
  rows: HTMLElement;
  /** In the order of the bar. */
  actions: readonly MessageAction[];
  commands: RowCommands;
  drawing: DrawScheduler;
}

/** Rows that are about something else than their message, and have no action bar. */
const WITHOUT_BAR = ':is(.unsent, .edits, :has(> .question))';

/** Places the action bar, and performs actions and commands. */
export class MessageTools {
  readonly #dependencies: MessageToolsDependencies;
  readonly #bar = new ActionBar();
  /** Rows by the ids of their messages. */
  #hovered: string | null = null;
  #focused: string | null = null;
  /** The last event was about the pointer, and not about the focus. */
  #isPointing = false;

  constructor(dependencies: MessageToolsDependencies) {
    const { rows } = dependencies;
    this.#dependencies = dependencies;
    // Not `pointerover`, which browsers also dispatch when rows move below a resting pointer.
    rows.addEventListener('pointermove', ({ target, pointerType }) => {
      if (pointerType !== 'touch') this.#point(idOf(target));
    });
    rows.addEventListener('pointerleave', () => this.#point(null));
    rows.addEventListener('focusin', ({ target }) => this.#focus(idOf(target)));
    // At the next drawing: browsers also dispatch it while a part with the focus is being removed.
    rows.addEventListener('focusout', ({ relatedTarget }) => {
      this.#focused = idOf(relatedTarget);
      dependencies.drawing.schedule();
    });
  }

  /** The user has clicked into the log. */
  clicked({ target }: Event): void {
    const button = target instanceof Element ? target.closest<HTMLElement>('[data-action]') : null;
    if (!button) return;
    const { actions, commands, room, drawing } = this.#dependencies;
    const name = button.dataset.action ?? '';
    const id = idOf(button) ?? '';
    const message = room.message(id);
    const action = actions.find((one) => one.name === name);
    if (action && message && this.#bar.contains(button)) action.perform(message, button);
    else commands[name]?.(id, button);
    drawing.drawNow();
  }

  /** The user has pressed a key in a row. @returns whether it is the key of an action */
  pressed(key: string, id: string): boolean {
    const message = this.#messageWithBar(id);
    const action = message && this.#offeredBy(key, message);
    if (!message || !action) return false;
    action.perform(message, null);
    this.#dependencies.drawing.drawNow();
    return true;
  }

  /** To be called after each drawing: rows may be new. */
  afterDrawing(): void {
    this.#show();
  }

  #point(id: string | null): void {
    if (this.#isPointing && id === this.#hovered) return;
    this.#hovered = id;
    this.#isPointing = id !== null;
    this.#show();
  }

  #focus(id: string | null): void {
    this.#focused = id;
    this.#isPointing = false;
    this.#show();
  }

  #show(): void {
    const { actions } = this.#dependencies;
    const id = this.#isPointing ? this.#hovered : (this.#focused ?? this.#hovered);
    const message = id === null ? undefined : this.#messageWithBar(id);
    this.#bar.show(message ? this.#row(message.id) : null, message, actions);
  }

  #messageWithBar(id: string): Message | undefined {
    return this.#row(id)?.matches(WITHOUT_BAR) === false ? this.#dependencies.room.message(id) : undefined;
  }

  #offeredBy(key: string, message: Message): MessageAction | undefined {
    return this.#dependencies.actions.find(
      (action) => action.key === key.toLowerCase() && action.isOffered(message),
    );
  }

  #row(id: string): HTMLElement | null {
    return this.#dependencies.rows.querySelector(`[data-id="${CSS.escape(id)}"]`);
  }
}

function idOf(target: EventTarget | null): string | null {
  const row = target instanceof Element ? target.closest<HTMLElement>('#rows > [data-id]') : null;
  return row?.dataset.id ?? null;
}
