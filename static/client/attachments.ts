import { byteText } from '../../server/http/pages/rows/file-view.js';
import { icon } from '../../server/http/pages/rows/icon.js';
import { LIMITS, type MessageFile } from '../../server/protocol/message.js';
import type { AttachmentList, AttachmentListOptions } from './attachments/attachment-list.js';
import { byId, h } from './elements.js';

/** Lets users choose, paste and drop files for the next message. Loads the uploader with the first file. */
export class Attachments {
  readonly #options: Pick<AttachmentListOptions, 'room' | 'token' | 'changed'>;
  readonly #closing = new AbortController();
  #list: AttachmentList | null = null;
  /** Stored files that are shown as soon as the list is loaded. */
  #restoring: readonly MessageFile[] = [];

  constructor(options: Pick<AttachmentListOptions, 'room' | 'token' | 'changed'>) {
    this.#options = options;
    const chooser = h('input', { id: 'files', type: 'file', multiple: true, hidden: true });
    byId('composer').append(chooser);
    byId('attach').addEventListener('click', () => chooser.click());
    chooser.addEventListener('change', () => {
      void this.#add([...(chooser.files ?? [])]);
      chooser.value = '';
    });
    byId('body').addEventListener('paste', (event) => this.#take(event, event.clipboardData));
    const { body } = document;
    const { signal } = this.#closing;
    // The composers of other rooms are not in the page: only the shown one takes the files.
    const listen = (type: 'dragover' | 'dragleave' | 'drop', listener: (event: DragEvent) => void) =>
      body.addEventListener(type, (event) => chooser.isConnected && listener(event), { signal });
    listen('dragover', (event) => {
      if (!event.dataTransfer?.types.includes('Files')) return;
      event.preventDefault();
      body.classList.add('dropping');
    });
    listen('dragleave', ({ relatedTarget }) => relatedTarget ?? body.classList.remove('dropping'));
    listen('drop', (event) => {
      body.classList.remove('dropping');
      this.#take(event, event.dataTransfer);
    });
  }

  get isEmpty(): boolean {
    return this.#restoring.length === 0 && (this.#list?.isEmpty ?? true);
  }

  /** Every file is stored: the message can be sent. */
  get isReady(): boolean {
    return this.#list?.isReady ?? true;
  }

  /** The files that are stored. */
  get files(): MessageFile[] {
    return [...this.#restoring, ...(this.#list?.files ?? [])];
  }

  /** Removes the files from the composer. @returns them */
  take(): MessageFile[] {
    const { files } = this;
    this.#restoring = [];
    this.#list?.clear();
    return files;
  }

  /** Shows stored files, of a draft or of a message that was not sent, besides those of the list. */
  async restore(files: readonly MessageFile[]): Promise<void> {
    const present = new Set(this.files.map(({ id }) => id));
    const added = files.filter(({ id }) => !present.has(id));
    if (added.length === 0) return;
    this.#restoring = [...this.#restoring, ...added];
    const list = await this.#load();
    const restored = this.#restoring;
    this.#restoring = [];
    list.restore(restored);
  }

  /** Shows the stored files of a draft instead of the present ones. */
  replace(files: readonly MessageFile[]): void {
    const kept = new Set(files.map(({ id }) => id));
    this.#list?.keep(kept);
    void this.restore(files);
  }

  /** The room is left. */
  close(): void {
    this.#closing.abort();
  }

  #take(event: Event, data: DataTransfer | null): void {
    const files = [...(data?.files ?? [])];
    if (files.length === 0) return;
    event.preventDefault();
    void this.#add(files);
  }

  async #add(files: readonly File[]): Promise<void> {
    if (files.length > 0) (await this.#load()).add(files);
  }

  async #load(): Promise<AttachmentList> {
    const { AttachmentList } = await import('./attachments/attachment-list.js');
    const shared = { byteText, closeIcon: icon('close'), maxFiles: LIMITS.files };
    this.#list ??= new AttachmentList({ ...this.#options, shared, place: byId('attachments') });
    return this.#list;
  }
}
