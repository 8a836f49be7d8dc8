import { RequestError } from 'changeroom-client';
import type { ElementTree } from '../../../server/http/pages/rows/element.js';
import { faultText } from '../../../server/http/pages/rows/fault-text.js';
import { t } from '../../../server/http/pages/texts/text.js';
import type { MessageFile } from '../../../server/protocol/message.js';
import { h } from '../elements.js';
import { type RunningUpload, upload } from './upload.js';

export interface AttachmentListOptions {
  room: string;
  token: string | null;
  /** The element that shows the files. */
  place: HTMLElement;
  changed: () => void;
  /** Of the first script: imported here, they would become a third file that both need. */
  shared: { byteText: (bytes: number) => string; closeIcon: ElementTree; maxFiles: number };
}

interface Attachment {
  row: HTMLElement;
  running: RunningUpload | null;
  file: MessageFile | null;
}

/** Sides of a preview, in pixels. */
const PREVIEW_PIXELS = 72;

/** The files that the next message will have: their uploads, previews and errors. */
export class AttachmentList {
  readonly #options: AttachmentListOptions;
  readonly #attachments = new Set<Attachment>();

  constructor(options: AttachmentListOptions) {
    this.#options = options;
  }

  get isEmpty(): boolean {
    return this.#attachments.size === 0;
  }

  /** Every file is stored. */
  get isReady(): boolean {
    return [...this.#attachments].every(({ file }) => file !== null);
  }

  /** The stored files. */
  get files(): MessageFile[] {
    return [...this.#attachments].flatMap(({ file }) => file ?? []);
  }

  add(contents: Iterable<File>): void {
    for (const content of contents)
      if (this.#attachments.size < this.#options.shared.maxFiles) this.#begin(content);
  }

  /** Shows files that are stored already, of a draft or of a message that was not sent. */
  restore(files: readonly MessageFile[]): void {
    for (const file of files) {
      const attachment: Attachment = { row: h('div', { class: 'attachment' }), running: null, file };
      this.#show(
        attachment,
        file.name,
        h('span', { class: 'file-size' }, this.#options.shared.byteText(file.size)),
      );
    }
  }

  /** Removes all files from the list. The server keeps those that a message names. */
  clear(): void {
    for (const { row } of this.#attachments) row.remove();
    this.#attachments.clear();
    this.#options.changed();
  }

  #begin(content: File): void {
    const attachment: Attachment = { row: h('div', { class: 'attachment' }), running: null, file: null };
    const state = h('span', { class: 'file-size' });
    this.#show(attachment, content.name, state);
    void showPreview(content, attachment.row);
    this.#upload(attachment, content, state);
  }

  #upload(attachment: Attachment, content: File, state: HTMLElement): void {
    const { room, token, changed } = this.#options;
    const bar = h('progress', { max: '1', 'aria-label': t('files.uploading', { name: content.name }) });
    state.replaceChildren(bar);
    const progressed = (part: number) => {
      bar.value = part;
    };
    const running = upload(content, { room, token, progressed });
    attachment.running = running;
    running.file
      .then((file) => {
        attachment.file = file;
        state.replaceChildren(this.#options.shared.byteText(file.size));
      })
      .catch((error: unknown) => {
        const again = h('button', { type: 'button', class: 'tool' }, t('common.tryAgain'));
        again.addEventListener('click', () => this.#upload(attachment, content, state));
        const text = error instanceof RequestError ? faultText(error) : t('files.interrupted');
        const canRetry = !(error instanceof RequestError) || error.details.retryAfterMs !== undefined;
        state.replaceChildren(h('span', { class: 'fault', role: 'alert' }, text), canRetry ? again : '');
      })
      .finally(changed);
    changed();
  }

  #show(attachment: Attachment, name: string, state: HTMLElement): void {
    const remove = h(
      'button',
      { type: 'button', class: 'icon-button', 'aria-label': t('files.remove', { name }) },
      this.#options.shared.closeIcon,
    );
    remove.addEventListener('click', () => {
      attachment.running?.cancel();
      attachment.row.remove();
      this.#attachments.delete(attachment);
      this.#options.changed();
    });
    attachment.row.append(h('bdi', { class: 'file-name' }, name), state, remove);
    this.#attachments.add(attachment);
    this.#options.place.append(attachment.row);
    this.#options.changed();
  }
}

/** Draws an image on a canvas: the policy of the page allows no addresses of local files. */
async function showPreview(content: File, row: HTMLElement): Promise<void> {
  if (!content.type.startsWith('image/')) return;
  try {
    const bitmap = await createImageBitmap(content);
    const side = Math.min(bitmap.width, bitmap.height);
    const canvas = h('canvas', {
      width: `${PREVIEW_PIXELS}`,
      height: `${PREVIEW_PIXELS}`,
      'aria-hidden': 'true',
    });
    const [x, y] = [(bitmap.width - side) / 2, (bitmap.height - side) / 2];
    canvas.getContext('2d')?.drawImage(bitmap, x, y, side, side, 0, 0, PREVIEW_PIXELS, PREVIEW_PIXELS);
    bitmap.close();
    row.prepend(canvas);
  } catch {
    // The browser cannot decode it, and shows the name alone.
  }
}
