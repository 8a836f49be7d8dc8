import type { Room } from 'changeroom-client';
import { t } from '../../server/http/pages/texts/text.js';
import type { MessageFile } from '../../server/protocol/message.js';
import type { Api } from './api.js';
import { Attachments } from './attachments.js';
import type { CompletionView } from './completion/completion-view.js';
import type { MentionText } from './completion/mention-text.js';
import type { Drafts } from './drafts.js';
import { byId } from './elements.js';
import { replaceShortcodes, sentText } from './emoji/emoji-input.js';
import { openEmojiPicker } from './emoji/open-emoji-picker.js';
import { ReplyBar } from './reply-bar.js';
import type { RoomPeople } from './room-people.js';
import { markSelection, replaceRange } from './text-editing.js';
import { fitHeight, isComposing, isSubmit, remaining } from './text-field.js';

/** The counter is shown when fewer characters remain. */
const COUNTER_FROM_CHARACTERS = 500;

export interface ComposerDependencies {
  room: Pick<Room, 'name' | 'quote'>;
  drafts: Drafts;
  api: Pick<Api, 'bots' | 'people' | 'token'>;
  people: RoomPeople;
}

export interface ComposerListener {
  /** A message to send, neither empty nor too long. @param replyTo id of the message to which it replies */
  submit(body: string, replyTo: string | null, files: MessageFile[]): void;
  /** The reader wants to edit the last own message. @returns whether there is one */
  editLast(): boolean;
  /** The reader writes; called at each change of the text. */
  typing(): void;
  /** Scrolls the messages. @param pages 1: towards the newest one, -1: towards older ones */
  scroll(pages: 1 | -1): void;
  /** The reader has pressed Escape in a text that needs no other answer to it. */
  escape(): void;
}

/** The field in which messages are written. The draft survives the tab. */
export class Composer {
  readonly #room: string;
  readonly #drafts: Drafts;
  readonly #mentions: MentionText;
  readonly #reply: ReplyBar;
  readonly #listener: ComposerListener;
  readonly #form = byId<HTMLFormElement>('composer');
  readonly #field = byId<HTMLTextAreaElement>('body');
  readonly #counter = byId('counter');
  readonly #send = byId<HTMLButtonElement>('send');
  /** Null until it is loaded, when the field gets the focus. */
  #completion: CompletionView | null = null;
  readonly #attachments: Attachments;

  constructor(dependencies: ComposerDependencies, listener: ComposerListener) {
    const { drafts, api, people } = dependencies;
    const { mentions } = people;
    const room = dependencies.room.name;
    this.#room = room;
    this.#drafts = drafts;
    this.#mentions = mentions;
    this.#listener = listener;
    this.#attachments = new Attachments({ room, token: api.token, changed: () => this.#changed() });
    this.#reply = new ReplyBar({ room: dependencies.room, changed: () => this.#changed() });
    const draft = drafts.of(room);
    if (this.#field.value === '') this.#field.value = mentions.toText(draft.text);
    void this.#attachments.restore(draft.files ?? []);
    this.#field.addEventListener('input', () => {
      this.#changed();
      if (!this.isEmpty) listener.typing();
    });
    this.#field.addEventListener('focus', () => void this.#loadCompletion(dependencies));
    if (document.activeElement === this.#field) void this.#loadCompletion(dependencies);
    this.#field.addEventListener('keydown', (event) => {
      const isHandled = this.#completion?.pressed(event) || markSelection(this.#field, event);
      if (isHandled || this.#pressed(event)) event.preventDefault();
    });
    replaceShortcodes(this.#field);
    const emoji = byId('emoji');
    emoji.addEventListener('click', () => {
      const { selectionStart: start, selectionEnd: end } = this.#field;
      openEmojiPicker(emoji, (character) => replaceRange(this.#field, start, end, character));
    });
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.#reply.replyTo(draft.reply_to ?? null);
    this.#changed();
  }

  get isEmpty(): boolean {
    return this.#field.value.trim() === '';
  }

  /** Files are being uploaded, or could not be. */
  get isUploading(): boolean {
    return !this.#attachments.isReady;
  }

  /** The room is left. */
  close(): void {
    this.#attachments.close();
  }

  focus(): void {
    this.#field.focus();
  }

  /** @param id of the message to which the text replies; null: it is no reply */
  replyTo(id: string | null): void {
    this.#reply.replyTo(id);
    this.focus();
  }

  /** To be called at each drawing. */
  draw(): void {
    this.#reply.draw();
  }

  /** Shows the draft that another tab may have changed. */
  readDraft(): void {
    const { text, reply_to = null, files = [] } = this.#drafts.of(this.#room);
    this.#attachments.replace(files);
    if (text === this.#mentions.toBody(this.#field.value) && (text === '' || reply_to === this.#reply.id))
      return;
    this.#field.value = this.#mentions.toText(text);
    this.#reply.replyTo(reply_to);
    this.#changed();
  }

  /** Inserts the body of a message for another attempt before the current text, and its files. */
  restore(body: string, replyTo: string | null = null, files: readonly MessageFile[] = []): void {
    void this.#attachments.restore(files);
    const text = this.#mentions.toText(body);
    this.#field.value = this.isEmpty ? text : `${text}\n${this.#field.value}`;
    if (replyTo !== null) this.#reply.replyTo(replyTo);
    this.#completion?.leave();
    this.#changed();
    this.focus();
  }

  /** Shows why the text was not sent, until it is changed. */
  showFault(text: string): void {
    this.#counter.hidden = false;
    this.#counter.textContent = text;
    this.#counter.classList.add('over');
  }

  /** @returns whether the key was handled */
  #pressed(event: KeyboardEvent): boolean {
    const { key } = event;
    const isPlain = !event.shiftKey && !event.ctrlKey && !event.altKey && !event.metaKey;
    if (isSubmit(event)) this.#submit();
    else if (!isPlain || isComposing(event)) return false;
    else if (key === 'PageUp' || key === 'PageDown') this.#listener.scroll(key === 'PageUp' ? -1 : 1);
    else if (key === 'Escape' && this.#reply.id !== null) this.#reply.replyTo(null);
    else if (key === 'Escape') this.#listener.escape();
    else return key === 'ArrowUp' && this.#field.value === '' && this.#listener.editLast();
    return true;
  }

  /** The text as it is sent: with ids of mentioned users, and emoji in the place of shortcodes. */
  get #body(): string {
    return sentText(this.#mentions.toBody(this.#field.value));
  }

  /** There is a text or a file, the text is not too long, and all files are uploaded. */
  get #canSend(): boolean {
    const { isEmpty, isReady } = this.#attachments;
    return !(this.isEmpty && isEmpty) && isReady && remaining(this.#body) >= 0;
  }

  async #loadCompletion({ api, people }: ComposerDependencies): Promise<void> {
    if (this.#completion) return;
    const loaded = await import('./completion/composer-completion.js').catch(() => null);
    // The page may show another room by now.
    if (this.#completion || !loaded || !this.#field.isConnected) return;
    this.#completion = loaded.composerCompletion({ field: this.#field, room: this.#room, api, people });
    this.#completion.refresh();
  }

  #submit(): void {
    if (!this.#canSend) return;
    const body = this.#body;
    const files = this.#attachments.take();
    const replyTo = this.#reply.id;
    this.#field.value = '';
    this.#reply.replyTo(null);
    this.#completion?.leave();
    this.#changed();
    this.focus();
    this.#listener.submit(body, replyTo, files);
  }

  #changed(): void {
    const body = this.#mentions.toBody(this.#field.value);
    fitHeight(this.#field);
    const left = remaining(body);
    this.#counter.hidden = left > COUNTER_FROM_CHARACTERS;
    this.#counter.textContent =
      left < 0 ? t('bodyField.tooMany', { count: -left }) : t('bodyField.left', { count: left });
    this.#counter.classList.toggle('over', left < 0);
    this.#field.setAttribute('aria-invalid', `${left < 0}`);
    this.#send.disabled = !this.#canSend;
    const { files } = this.#attachments;
    this.#drafts.save(this.#room, { text: body, reply_to: this.#reply.id ?? undefined, files });
  }
}
