import type { Author } from '../../server/protocol/message.js';
import type { Composer } from './composer.js';
import { Editor } from './editor.js';
import { isBy } from './log-view.js';
import type { Outbox } from './outbox.js';
import type { RoomSession } from './room-session.js';
import type { Timeline } from './timeline.js';

export interface ToolsParts {
  /** The list of messages. */
  rows: HTMLElement;
  composer: Composer;
  outbox: Outbox;
  session: RoomSession;
  timeline: Timeline;
  user: () => Author;
  changed: () => void;
  /** Draws at once. */
  draw: () => void;
}

/** What can be done with messages: edit, delete, try again. */
export class MessageTools {
  editing: { id: string; editor: Editor } | null = null;
  /** Id of the message whose deletion is to be confirmed. */
  confirming: string | null = null;
  /** A message and what went wrong with it. */
  fault: { id: string; text: string } | null = null;
  /** Called after the next drawings, until they answer true. */
  readonly #watchers = new Set<() => boolean>();

  constructor(private readonly parts: ToolsParts) {}

  clicked(event: Event): void {
    const button =
      event.target instanceof Element ? event.target.closest<HTMLElement>('[data-action]') : null;
    const id = button?.closest<HTMLElement>('[data-id]')?.dataset.id ?? '';
    if (button) this.#act(button.dataset.action!, id, button);
  }

  /** @returns whether the reader has written anything */
  editLast(): boolean {
    const last = this.parts.timeline.messages.findLast((message) => isBy(message, this.parts.user()));
    if (last) this.#edit(last.id);
    return last !== undefined;
  }

  /** To be called before each drawing. */
  beforeDrawing(): void {
    // A message that was deleted while it was edited: its text goes where it can be sent anew.
    if (!this.editing || this.parts.timeline.get(this.editing.id)) return;
    const { editor } = this.editing;
    this.editing = null;
    this.parts.composer.restore(editor.text);
  }

  /** To be called after each drawing. */
  drawn(): void {
    for (const watcher of this.#watchers) if (watcher()) this.#watchers.delete(watcher);
  }

  #act(action: string, id: string, button: HTMLElement): void {
    const { composer, outbox, rows, session, timeline } = this.parts;
    const unsent = outbox.get(id);
    if (action === 'edit') this.#edit(id);
    else if (action === 'delete') this.confirming = id;
    else if (action === 'keep') this.confirming = null;
    else if (action === 'confirm') this.#delete(id);
    else if (action === 'retry') session.retry(id);
    else if (action === 'discard' || action === 'rewrite') {
      outbox.remove(id);
      if (unsent && action === 'rewrite') composer.restore(unsent.body);
    } else if (action === 'gap') {
      const before = timeline.get(button.dataset.before!);
      if (before) session.history.load(before);
    } else if (action === 'older') session.history.loadOlder();
    this.parts.draw();
    const next = { delete: 'keep', keep: 'delete' }[action];
    const row = next && rows.querySelector(`[data-id="${CSS.escape(id)}"] [data-action="${next}"]`);
    if (row instanceof HTMLElement) row.focus();
  }

  #edit(id: string): void {
    const { session, timeline } = this.parts;
    const message = timeline.get(id);
    if (!message || this.editing?.id === id) return;
    const editor = new Editor({
      message,
      save: async (body) => {
        await session.edit(id, body);
        await this.#shows(() => timeline.get(id) !== message);
      },
      done: () => this.#stopEditing(editor),
    });
    this.editing = { id, editor };
    this.confirming = null;
    this.parts.draw();
    editor.focus();
    editor.element.scrollIntoView({ block: 'nearest' });
  }

  #stopEditing(editor: Editor): void {
    if (this.editing?.editor !== editor) return;
    this.editing = null;
    this.parts.draw();
    this.parts.composer.focus();
  }

  #delete(id: string): void {
    this.confirming = null;
    this.fault = null;
    this.parts.composer.focus();
    this.parts.session.delete(id).catch((error: Error) => {
      this.fault = { id, text: error.message };
      this.parts.changed();
    });
  }

  /** Resolves when what is drawn makes `check` true. */
  #shows(check: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#watchers.add(() => {
        if (check()) resolve();
        return check();
      });
      this.parts.changed();
    });
  }
}
