import { byteText } from '../../server/http/pages/rows/file-view.js';
import { icon } from '../../server/http/pages/rows/icon.js';
import { LIMITS, type MessageFile } from '../../server/protocol/message.js';
import type { AttachmentList, AttachmentListOptions } from './attachments/attachment-list.js';
import { byId, h } from './elements.js';

/** Lets users choose, paste and drop files for the next message. Loads the uploader with the first file. */
export class Attachments {
  readonly #options: Pick<AttachmentListOptions, 'room' | 'token' | 'changed'>;
  #list: AttachmentList | null = null;

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
    // The composers of other rooms are not in the page: only the shown one takes the files.
    body.addEventListener('dragover', (event) => {
      if (!chooser.isConnected || !event.dataTransfer?.types.includes('Files')) return;
      event.preventDefault();
      body.classList.add('dropping');
    });
    for (const end of ['dragleave', 'drop'] as const)
      body.addEventListener(end, (event) => {
        if (end === 'drop' || event.relatedTarget === null) body.classList.remove('dropping');
      });
    body.addEventListener('drop', (event) => {
      if (chooser.isConnected) this.#take(event, event.dataTransfer);
    });
  }

  get isEmpty(): boolean {
    return this.#list?.isEmpty ?? true;
  }

  /** Every file is stored: the message can be sent. */
  get isReady(): boolean {
    return this.#list?.isReady ?? true;
  }

  /** Removes the files from the composer. @returns them */
  take(): MessageFile[] {
    const files = this.#list?.files ?? [];
    this.#list?.clear();
    return files;
  }

  /** Shows files of a message that was not sent. */
  async restore(files: readonly MessageFile[]): Promise<void> {
    if (files.length > 0) (await this.#load()).restore(files);
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
