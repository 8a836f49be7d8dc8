import type { Author, Message, Room } from 'changeroom-client';
import { t } from '../../../server/http/pages/texts/text.js';
import type { MentionText } from '../completion/mention-text.js';
import type { Composer } from '../composer.js';
import type { DrawScheduler } from '../draw-scheduler.js';
import { Editor } from '../editor.js';
import { isBy } from '../message-row.js';
import type { UnfinishedEdit } from '../unfinished-edit.js';
import type { MessageAction } from './message-action.js';

export interface EditActionDependencies {
  room: Room;
  composer: Pick<Composer, 'focus' | 'restore'>;
  mentions: MentionText;
  unfinishedEdit: UnfinishedEdit;
  drawing: DrawScheduler;
  user: () => Author;
  /** Places a message into the page at the next drawing. */
  include: (id: string) => void;
}

/** Edits an own message in its place. */
export class EditAction implements MessageAction {
  readonly name = 'edit';
  readonly icon = 'edit';
  readonly key = 'e';
  readonly #dependencies: EditActionDependencies;
  #editing: { id: string; editor: Editor } | null = null;
  /** Called after each drawing, until they return true. */
  readonly #watchers = new Set<() => boolean>();

  constructor(dependencies: EditActionDependencies) {
    this.#dependencies = dependencies;
  }

  /** The message that is being edited. */
  get editing(): { id: string; editor: Editor } | null {
    return this.#editing;
  }

  label(): string {
    return t('message.edit');
  }

  isOffered(message: Message): boolean {
    return isBy(message, this.#dependencies.user());
  }

  perform({ id }: Message): void {
    this.#edit(id);
  }

  /** Edits the last message of the user. @returns whether there is one */
  editLast(): boolean {
    const last = this.#dependencies.room.messages.findLast((message) => this.isOffered(message));
    if (last) this.#edit(last.id);
    return last !== undefined;
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

  /** To be called before each drawing. */
  beforeDrawing(): void {
    // The text of a message that was deleted during its editing moves to the composer.
    if (!this.#editing || this.#dependencies.room.message(this.#editing.id)) return;
    const { editor } = this.#editing;
    this.#editing = null;
    this.#dependencies.unfinishedEdit.clear();
    this.#dependencies.composer.restore(editor.text);
  }

  /** To be called after each drawing. */
  afterDrawing(): void {
    for (const watcher of this.#watchers) if (watcher()) this.#watchers.delete(watcher);
  }

  #edit(id: string, text?: string): void {
    const { room, include, drawing, mentions, unfinishedEdit } = this.#dependencies;
    const message = room.message(id);
    if (!message || this.#editing?.id === id) return;
    const editor = new Editor({
      message,
      mentions,
      text,
      changed: (changed) => unfinishedEdit.save(id, changed),
      save: async (body) => {
        await room.edit(id, body);
        await this.#drawn(() => room.message(id) !== message);
      },
      done: () => this.#stopEditing(editor),
    });
    this.#editing = { id, editor };
    include(id);
    drawing.drawNow();
    editor.focus();
    editor.element.scrollIntoView({ block: 'nearest' });
  }

  #stopEditing(editor: Editor): void {
    if (this.#editing?.editor !== editor) return;
    this.#editing = null;
    this.#dependencies.unfinishedEdit.clear();
    this.#dependencies.drawing.drawNow();
    this.#dependencies.composer.focus();
  }

  /** Resolves after a drawing for which `check` returns true. */
  #drawn(check: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#watchers.add(() => {
        const isTrue = check();
        if (isTrue) resolve();
        return isTrue;
      });
      this.#dependencies.drawing.schedule();
    });
  }
}
