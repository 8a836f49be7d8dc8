import type { Author, ChatClient, Room } from 'changeroom-client';
import { faultText } from '../../server/http/pages/rows/fault-text.js';
import type { Composer } from './composer.js';
import { Editor } from './editor.js';
import { isBy } from './log-view.js';
import type { UnfinishedEdit } from './unfinished-edit.js';

export interface MessageToolsDependencies {
  client: ChatClient;
  room: Room;
  /** The list of messages. */
  rows: HTMLElement;
  /** Places a message into the page at the next drawing. */
  include: (id: string) => void;
  composer: Composer;
  unfinishedEdit: UnfinishedEdit;
  user: () => Author;
  scheduleDraw: () => void;
  drawNow: () => void;
}

/** Edits, deletes, retries and discards messages. */
export class MessageTools {
  readonly #dependencies: MessageToolsDependencies;
  #editing: { id: string; editor: Editor } | null = null;
  #confirming: string | null = null;
  #fault: { id: string; text: string } | null = null;
  /** Called after each drawing, until they return true. */
  readonly #watchers = new Set<() => boolean>();

  constructor(dependencies: MessageToolsDependencies) {
    this.#dependencies = dependencies;
  }

  /** The message that is being edited. */
  get editing(): { id: string; editor: Editor } | null {
    return this.#editing;
  }

  /** Id of the message whose deletion has to be confirmed. */
  get confirming(): string | null {
    return this.#confirming;
  }

  /** A message and the error of its last deletion. */
  get fault(): { id: string; text: string } | null {
    return this.#fault;
  }

  clicked(event: Event): void {
    const button =
      event.target instanceof Element ? event.target.closest<HTMLElement>('[data-action]') : null;
    const id = button?.closest<HTMLElement>('[data-id]')?.dataset.id ?? '';
    if (button) this.#act(button.dataset.action ?? '', id, button);
  }

  /** Edits the last message of the reader. @returns whether there is one */
  editLast(): boolean {
    const { room, user } = this.#dependencies;
    const last = room.messages.findLast((message) => isBy(message, user()));
    if (last) this.#edit(last.id);
    return last !== undefined;
  }

  /** To be called before each drawing. */
  beforeDrawing(): void {
    // The text of a message that was deleted during its editing moves to the composer.
    if (!this.#editing || this.#dependencies.room.message(this.#editing.id)) return;
    const { editor } = this.#editing;
    this.#editing = null;
    this.#dependencies.unfinishedEdit.clear();
    this.#dependencies.composer.restore(editor.text);
  }

  /** Continues the edit that was in progress before a reload. */
  continueEdit(): void {
    const { room, composer, unfinishedEdit } = this.#dependencies;
    const unfinished = unfinishedEdit.read();
    if (!unfinished) return;
    if (room.message(unfinished.id)) this.#edit(unfinished.id, unfinished.text);
    else {
      unfinishedEdit.clear();
      composer.restore(unfinished.text);
    }
  }

  /** To be called after each drawing. */
  afterDrawing(): void {
    for (const watcher of this.#watchers) if (watcher()) this.#watchers.delete(watcher);
  }

  #act(action: string, id: string, button: HTMLElement): void {
    const { room, rows, drawNow } = this.#dependencies;
    if (action === 'edit') this.#edit(id);
    else if (action === 'delete') this.#confirming = id;
    else if (action === 'keep') this.#confirming = null;
    else if (action === 'confirm') this.#delete(id);
    else if (action === 'retry') room.retry(id);
    else if (action === 'discard') room.discard(id);
    else if (action === 'rewrite') this.#rewrite(id);
    else if (action === 'gap') room.loadHistory(room.message(button.dataset.before ?? ''));
    else if (action === 'older') room.loadHistory();
    drawNow();
    const next = { delete: 'keep', keep: 'delete' }[action];
    const row = next && rows.querySelector(`[data-id="${CSS.escape(id)}"] [data-action="${next}"]`);
    if (row instanceof HTMLElement) row.focus();
  }

  #rewrite(id: string): void {
    const { client, room, composer } = this.#dependencies;
    const unsent = client.outbox.get(id);
    room.discard(id);
    if (unsent) composer.restore(unsent.body);
  }

  #edit(id: string, text?: string): void {
    const { room, include, drawNow, unfinishedEdit } = this.#dependencies;
    const message = room.message(id);
    if (!message || this.#editing?.id === id) return;
    const editor = new Editor({
      message,
      text,
      changed: (changed) => unfinishedEdit.save(id, changed),
      save: async (body) => {
        await room.edit(id, body);
        await this.#drawn(() => room.message(id) !== message);
      },
      done: () => this.#stopEditing(editor),
    });
    this.#editing = { id, editor };
    this.#confirming = null;
    include(id);
    drawNow();
    editor.focus();
    editor.element.scrollIntoView({ block: 'nearest' });
  }

  #stopEditing(editor: Editor): void {
    if (this.#editing?.editor !== editor) return;
    this.#editing = null;
    this.#dependencies.unfinishedEdit.clear();
    this.#dependencies.drawNow();
    this.#dependencies.composer.focus();
  }

  #delete(id: string): void {
    this.#confirming = null;
    this.#fault = null;
    this.#dependencies.composer.focus();
    this.#dependencies.room.delete(id).catch((error: Error) => {
      this.#fault = { id, text: faultText(error) };
      this.#dependencies.scheduleDraw();
    });
  }

  /** Resolves after a drawing for which `check` returns true. */
  #drawn(check: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#watchers.add(() => {
        const isTrue = check();
        if (isTrue) resolve();
        return isTrue;
      });
      this.#dependencies.scheduleDraw();
    });
  }
}
