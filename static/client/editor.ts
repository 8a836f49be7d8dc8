import { faultText } from '../../server/http/pages/rows/fault-text.js';
import { editorHint } from '../../server/http/pages/rows/key-hints.js';
import { t } from '../../server/http/pages/texts/text.js';
import type { Message } from '../../server/protocol/message.js';
import { normalise } from '../../server/protocol/text/normalise.js';
import type { MentionText } from './completion/mention-text.js';
import { h } from './elements.js';
import { replaceShortcodes, sentText } from './emoji/emoji-input.js';
import { markSelection } from './text-editing.js';
import { fitHeight, isComposing, isSubmit, remaining } from './text-field.js';

export interface EditorDependencies {
  message: Message;
  mentions: MentionText;
  /** To begin with; by default the text of the message. */
  text?: string | undefined;
  /** Called at each change of the text. */
  changed: (text: string) => void;
  /** Resolves when the change is stored. */
  save: (body: string) => Promise<void>;
  /** The change is stored or cancelled. */
  done: () => void;
}

/** Edits a message in its place. Keeps its text until the change is stored or cancelled. */
export class Editor {
  readonly #dependencies: EditorDependencies;
  readonly element: HTMLFormElement;
  readonly #field: HTMLTextAreaElement;
  readonly #fault = h('p', { class: 'fault', role: 'alert', hidden: true });
  readonly #save = h('button', { class: 'button' }, t('editor.save'));

  constructor(dependencies: EditorDependencies) {
    this.#dependencies = dependencies;
    this.#field = h('textarea', { 'aria-label': t('editor.label'), rows: '1' });
    this.#field.value = dependencies.mentions.toText(dependencies.text ?? dependencies.message.body);
    const cancel = h('button', { type: 'button', class: 'button quiet' }, t('common.cancel'));
    const hint = h('span', { class: 'hint' }, ...editorHint());
    const buttons = h('div', { class: 'editor-actions' }, hint, cancel, this.#save);
    this.element = h('form', { class: 'editor' }, this.#field, this.#fault, buttons);
    cancel.addEventListener('click', () => dependencies.done());
    this.#field.addEventListener('input', () => this.#changed());
    replaceShortcodes(this.#field);
    this.element.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#submit();
    });
    this.element.addEventListener('keydown', (event) => {
      if (event.key === 'Escape' && !isComposing(event)) dependencies.done();
      else if (event.target !== this.#field) return;
      else if (markSelection(this.#field, event)) this.#changed();
      else if (!isSubmit(event)) return;
      else void this.#submit();
      event.preventDefault();
    });
  }

  /** The text as a body, with its mentions. */
  get text(): string {
    return this.#dependencies.mentions.toBody(this.#field.value);
  }

  /** To be called after the element was inserted into the page. */
  focus(): void {
    this.#changed();
    this.#field.focus();
    const { length } = this.#field.value;
    this.#field.setSelectionRange(length, length);
  }

  #changed(): void {
    this.#dependencies.changed(this.text);
    fitHeight(this.#field);
    const left = remaining(this.text);
    this.#save.disabled = left < 0 || this.text.trim() === '';
    this.#showFault(left < 0 ? t('bodyField.tooMany', { count: -left }) : null);
  }

  async #submit(): Promise<void> {
    const { message, save, done } = this.#dependencies;
    if (this.#save.disabled || this.#field.readOnly) return;
    if (normalise(this.text.trim()) === message.body) return done();
    this.#setSaving(true);
    try {
      await save(sentText(this.text));
      done();
    } catch (error) {
      this.#setSaving(false);
      this.#showFault(faultText(error));
      this.#field.focus();
    }
  }

  #setSaving(isSaving: boolean): void {
    this.#field.readOnly = isSaving;
    this.#save.textContent = isSaving ? t('editor.saving') : t('editor.save');
  }

  #showFault(text: string | null): void {
    this.#fault.hidden = text === null;
    this.#fault.textContent = text ?? '';
  }
}
