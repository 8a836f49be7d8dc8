import type { AccessControl } from '../access/access-control.js';
import type { FilesConfig } from '../config/files-config.js';
import { type FileTable, type StoredFile, THUMBNAIL_CHUNK } from '../database/tables/file-table.js';
import { reasonOf } from '../lib/error-reason.js';
import type { Limits } from '../limits/limits.js';
import { ChatError } from '../protocol/errors.js';
import { cleanFileName, type NamedFile } from '../protocol/file.js';
import { type MessageFile, newMessageId } from '../protocol/message.js';
import type { Log } from '../telemetry/logger.js';
import { CHUNK_BYTES, ChunkWriter } from './chunk-writer.js';
import { DETECTION_BYTES, detectType, isImageType } from './content-type.js';
import { type FileUsage, inMegabytes } from './file-usage.js';
import type { ImageProcessor } from './image-processor.js';
import { UploadSlots } from './upload-slots.js';

export interface FileServiceDependencies {
  access: Pick<AccessControl, 'authorise'>;
  config: FilesConfig;
  files: FileTable;
  images: Pick<ImageProcessor, 'process'>;
  limits: Pick<Limits, 'upload'>;
  log: Log;
  usage: FileUsage;
  /** Milliseconds since 1970. */
  now: () => number;
}

export interface Upload {
  room: string;
  id_user: string;
  /** Of the sender, for limits. */
  address: string | undefined;
  /** As the client gives it. */
  name: unknown;
  /** Description, cleaned. */
  alt?: string | undefined;
  /** Bytes of the content, if the client announces them. */
  length: number | undefined;
  content: AsyncIterable<Buffer>;
}

/** Milliseconds for an upload. */
const MAX_UPLOAD_MS = 600_000;

/** The only way from a transport to files: checks limits and access of every upload and download for a user. */
export class FileService {
  readonly #dependencies: FileServiceDependencies;
  readonly #slots = new UploadSlots();

  constructor(dependencies: FileServiceDependencies) {
    this.#dependencies = dependencies;
  }

  /** Limit of a file in bytes; 0: files are not accepted. */
  get maxBytes(): number {
    return this.#dependencies.config.fileBytes;
  }

  /**
   * Stores a file that the next message of its user may name. An upload that fails or is interrupted leaves nothing.
   * @throws ChatError `not-a-member`, `rate-limited`, `overloaded`, `file-too-large`, `bad-file`, `file-storage-full`
   */
  async upload({ room, id_user, address, name, alt, length, content }: Upload): Promise<MessageFile> {
    const { access, limits, usage } = this.#dependencies;
    if (length !== undefined) this.#checkSize(length);
    await limits.upload(id_user, address);
    await access.authorise(room, id_user, 'post');
    const release = this.#slots.occupy(id_user, address);
    try {
      const expected = length ?? this.maxBytes;
      const correct = await usage.add(id_user, room, expected);
      try {
        const file = await this.#store(
          { room, id_user, name: cleanFileName(name), alt: alt || undefined, reserved: expected },
          content,
        );
        await access.authorise(room, id_user, 'post');
        correct(file.size);
        return file;
      } catch (error) {
        correct(0);
        throw error;
      }
    } finally {
      release();
    }
  }

  /**
   * A file of a room for a user. Rights are checked again after the query.
   * @throws ChatError `not-a-member`, `no-such-file`
   */
  async open(room: string, id: string, id_user: string): Promise<StoredFile> {
    const { access, files } = this.#dependencies;
    await access.authorise(room, id_user, 'read');
    const found = await files.get(id);
    await access.authorise(room, id_user, 'read');
    if (found?.room !== room) throw noSuchFile();
    return found;
  }

  /** The bytes from `start` to `end` (inclusive) of a file, chunk by chunk. */
  async *read({ file: { id }, chunkBytes }: StoredFile, start: number, end: number): AsyncGenerator<Buffer> {
    const first = chunkBytes === null ? 0 : Math.floor(start / chunkBytes);
    let position = first * (chunkBytes ?? 0);
    for (let n = first; position <= end; n += 1) {
      const chunk = await this.#dependencies.files.chunk(id, n);
      if (!chunk || chunk.length === 0) throw new Error(`file ${id} has no chunk ${n}`);
      yield chunk.subarray(Math.max(0, start - position), end - position + 1);
      position += chunk.length;
    }
  }

  /** Null for a file without a thumbnail. */
  async thumbnail({ file: { id }, hasThumbnail }: StoredFile): Promise<Buffer | null> {
    return hasThumbnail ? this.#dependencies.files.chunk(id, THUMBNAIL_CHUNK) : null;
  }

  /**
   * The files of a new message, as the message stores them.
   * @param message id of the message: a repeated request may name the same files
   * @throws ChatError `no-such-file` for a file that is not of this user and room, or that another message has
   */
  async forMessage(
    named: readonly NamedFile[],
    { room, id_user, message }: { room: string; id_user: string; message: string },
  ): Promise<MessageFile[]> {
    const { files } = this.#dependencies;
    const ids = named.map(({ id }) => id);
    const [found, sent] = await Promise.all([files.getAll(ids), files.sent(ids, message)]);
    return named.map(({ id, alt }) => {
      const stored = found.find(({ file }) => file.id === id);
      if (stored?.room !== room || stored.id_user !== id_user || sent.has(id)) throw noSuchFile();
      const { alt: given, ...file } = stored.file;
      const description = alt ?? given;
      return description ? { ...file, alt: description } : file;
    });
  }

  async #store(
    upload: { room: string; id_user: string; name: string; alt: string | undefined; reserved: number },
    content: AsyncIterable<Buffer>,
  ): Promise<MessageFile> {
    const { files, now, log } = this.#dependencies;
    const id = newMessageId();
    await files.begin({ id, ...upload }, now());
    try {
      return await this.#receive(id, upload, content);
    } catch (error) {
      // Not awaited: the sender learns of the error first. The sweep removes what remains.
      files
        .remove(id)
        .catch((fault) => log.debug({ id, reason: reasonOf(fault) }, 'files: cleaning up failed'));
      throw error;
    }
  }

  async #receive(
    id: string,
    { name, alt }: { name: string; alt: string | undefined },
    content: AsyncIterable<Buffer>,
  ): Promise<MessageFile> {
    const { files, images } = this.#dependencies;
    const writer = new ChunkWriter(files, id);
    let type: string | null = null;
    /** The head of the content, and all of an image. */
    let held: Buffer[] = [];
    let heldBytes = 0;
    for await (const part of this.#limited(content)) {
      if (type !== null && !isImageType(type)) {
        await writer.write(part);
        continue;
      }
      held.push(part);
      heldBytes += part.length;
      if (type !== null || heldBytes < DETECTION_BYTES) continue;
      held = [Buffer.concat(held)];
      type = detectType(held[0] ?? Buffer.alloc(0));
      if (isImageType(type)) continue;
      for (const one of held.splice(0)) await writer.write(one);
    }
    const whole = Buffer.concat(held);
    const known = type ?? detectType(whole);
    const image = isImageType(known) ? await images.process(whole, known) : null;
    if (image && image.bytes.length > this.maxBytes) throw this.#tooLarge();
    await writer.write(image?.bytes ?? whole);
    await writer.end();
    if (writer.size === 0) throw new ChatError('bad-file', 'the file is empty', { field: 'file' });
    if (image?.thumbnail) await files.addChunk(id, THUMBNAIL_CHUNK, image.thumbnail);
    const stored = {
      name: image ? withExtension(name, image.type) : name,
      type: image?.type ?? (isImageType(known) ? 'application/octet-stream' : known),
      size: writer.size,
      ...(image && { width: image.width, height: image.height }),
      ...(image?.isAnimated && { animated: true }),
    };
    const row = { ...stored, has_thumbnail: image?.thumbnail != null, chunk_size: CHUNK_BYTES };
    if (!(await files.complete(id, row))) throw new ChatError('no-such-file', 'the file was removed');
    return { id, ...stored, ...(alt && { alt }) };
  }

  /** The parts of a content within the limits of size and time. */
  async *#limited(content: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    const end = this.#dependencies.now() + MAX_UPLOAD_MS;
    let size = 0;
    for await (const part of content) {
      size += part.length;
      this.#checkSize(size);
      if (this.#dependencies.now() > end)
        throw new ChatError('request-timeout', 'the file was not received in time', { limit: MAX_UPLOAD_MS });
      yield part;
    }
  }

  #checkSize(bytes: number): void {
    if (bytes > this.maxBytes) throw this.#tooLarge();
  }

  #tooLarge(): ChatError {
    const limit = this.maxBytes;
    const message = limit === 0 ? 'this server accepts no files' : `a file may have ${inMegabytes(limit)}`;
    return new ChatError('file-too-large', message, { field: 'file', limit });
  }
}

/** An image that was stored in another format gets the extension of that format. */
function withExtension(name: string, type: string): string {
  return type === 'image/webp' ? name.replace(/\.avif$/i, '.webp') : name;
}

export function noSuchFile(): ChatError {
  return new ChatError('no-such-file', 'there is no such file in this room', { field: 'file' });
}
