import styles from 'styles:attachments';
import { RequestError } from 'changeroom-client';
import { upload } from 'changeroom-client/upload';
import type { ElementTree } from '../../../server/http/pages/rows/element.js';
import { faultText } from '../../../server/http/pages/rows/fault-text.js';
import { t } from '../../../server/http/pages/texts/text.js';
import type { MessageFile } from '../../../server/protocol/message.js';
import { adoptStyles } from '../adopt-styles.js';
import { byId, h } from '../elements.js';
import { descriptionField } from './description-field.js';
import { showPreview, showThumbnail } from './preview.js';

export interface AttachmentListOptions {
  room: string;
  /** Bearer token of a playground user; null: the cookie authenticates. */
  token: string | null;
  /** The element that shows the files. */
  place: HTMLElement;
  changed: () => void;
  /** Of the first script: imported here, they would become a third file that both need. */
  shared: { byteText: (bytes: number) => string; closeIcon: ElementTree; maxFiles: number };
}

interface Attachment {
  row: HTMLElement;
  /** Cancels the upload. */
  upload: AbortController;
  /** Null until it is stored. */
  file: MessageFile | null;
  alt: string;
}

/** The files that the next message will have: their uploads, previews, descriptions and errors. */
export class AttachmentList {
  readonly #options: AttachmentListOptions;
  readonly #attachments = new Set<Attachment>();

  constructor(options: AttachmentListOptions) {
    this.#options = options;
    adoptStyles(styles);
  }

  get isEmpty(): boolean {
    return this.#attachments.size === 0;
  }

  /** Every file is stored. */
  get isReady(): boolean {
    return [...this.#attachments].every(({ file }) => file !== null);
  }

  /** The stored files, with their descriptions. */
  get files(): MessageFile[] {
    return [...this.#attachments].flatMap(({ file, alt }) =>
      file ? [{ ...file, alt: alt.trim() || undefined }] : [],
    );
  }

  add(contents: Iterable<File>): void {
    for (const content of contents)
      if (this.#attachments.size < this.#options.shared.maxFiles) this.#begin(content);
  }

  /** Shows files that are stored already, as long as the server has them. */
  restore(files: readonly MessageFile[]): void {
    for (const file of files) {
      const attachment = create(file);
      const size = this.#options.shared.byteText(file.size);
      this.#show(attachment, file.name, h('span', { class: 'file-size' }, size));
      if (file.type.startsWith('image/')) {
        showThumbnail(`${this.#address(file)}/thumbnail`, attachment.row);
        this.#offerDescription(attachment, file.name);
      }
      void this.#verify(attachment, file);
    }
  }

  /** Removes the stored files that are not among these. */
  keep(ids: ReadonlySet<string>): void {
    for (const attachment of this.#attachments)
      if (attachment.file && !ids.has(attachment.file.id)) this.#remove(attachment);
  }

  /** Removes all files from the list. The server keeps those that a message names. */
  clear(): void {
    for (const { row } of this.#attachments) row.remove();
    this.#attachments.clear();
    this.#options.changed();
  }

  #begin(content: File): void {
    const attachment = create(null);
    const state = h('span', { class: 'file-size' });
    this.#show(attachment, content.name, state);
    if (content.type.startsWith('image/')) {
      void showPreview(content, attachment.row);
      this.#offerDescription(attachment, content.name);
    }
    void this.#upload(attachment, content, state);
  }

  async #upload(attachment: Attachment, content: File, state: HTMLElement): Promise<void> {
    const { room, token, changed, shared } = this.#options;
    const bar = h('progress', { max: '1', 'aria-label': t('files.uploading', { name: content.name }) });
    state.replaceChildren(bar);
    changed();
    const client = { authorised: async (url: string) => ({ url, token }) };
    const onProgress = (part: number) => {
      bar.value = part;
    };
    const { signal } = attachment.upload;
    try {
      attachment.file = await upload(client, room, content, { onProgress, signal });
      state.replaceChildren(shared.byteText(attachment.file.size));
    } catch (error) {
      if (signal.aborted) return;
      const again = h('button', { type: 'button', class: 'tool' }, t('common.tryAgain'));
      again.addEventListener('click', () => void this.#upload(attachment, content, state));
      const text = error instanceof RequestError ? faultText(error) : t('files.interrupted');
      const canRetry = !(error instanceof RequestError) || error.details.retryAfterMs !== undefined;
      state.replaceChildren(h('span', { class: 'fault', role: 'alert' }, text), canRetry ? again : '');
    }
    changed();
  }

  /** A file of an old draft may have been removed, or may have been sent by another tab. */
  async #verify(attachment: Attachment, file: MessageFile): Promise<void> {
    const { token } = this.#options;
    const headers: HeadersInit = token === null ? {} : { Authorization: `Bearer ${token}` };
    const answer = await fetch(this.#address(file), { method: 'HEAD', headers }).catch(() => null);
    if (answer?.status === 404) this.#remove(attachment);
  }

  #address({ id }: MessageFile): string {
    return `/api/rooms/${encodeURIComponent(this.#options.room)}/files/${id}`;
  }

  #offerDescription(attachment: Attachment, name: string): void {
    const changed = (alt: string) => {
      attachment.alt = alt;
      this.#options.changed();
    };
    attachment.row.append(descriptionField(name, attachment.alt, changed));
  }

  #show(attachment: Attachment, name: string, state: HTMLElement): void {
    const remove = h(
      'button',
      { type: 'button', class: 'icon-button', 'aria-label': t('files.remove', { name }) },
      this.#options.shared.closeIcon,
    );
    remove.addEventListener('click', () => {
      const next = attachment.row.nextElementSibling ?? attachment.row.previousElementSibling;
      attachment.upload.abort();
      this.#remove(attachment);
      (next?.querySelector<HTMLElement>('.icon-button') ?? byId('body')).focus();
    });
    attachment.row.append(h('bdi', { class: 'file-name' }, name), state, remove);
    this.#attachments.add(attachment);
    this.#options.place.append(attachment.row);
    this.#options.changed();
  }

  #remove(attachment: Attachment): void {
    attachment.row.remove();
    this.#attachments.delete(attachment);
    this.#options.changed();
  }
}

const create = (file: MessageFile | null): Attachment => ({
  row: h('div', { class: 'attachment' }),
  upload: new AbortController(),
  file,
  alt: file?.alt ?? '',
});
