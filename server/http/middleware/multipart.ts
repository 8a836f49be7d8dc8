import { Busboy } from '@fastify/busboy';
import type { Request } from 'express';
import { ChatError } from '../../protocol/errors.js';
import { extendBody } from '../gate/body-deadline.js';
import { MAX_BODY_BYTES } from './request-body.js';

/** A file of a form. */
export interface FormFile {
  name: string;
  content: AsyncIterable<Buffer>;
}

const MAX_FIELDS = 20;

export const isMultipart = (req: Request) => Boolean(req.is('multipart/form-data'));

/** The raw body of a request, part by part. @throws ChatError `bad-request` when the connection ends before the body */
export async function* bodyParts(req: Request): AsyncGenerator<Buffer> {
  try {
    yield* received(req, req.iterator({ destroyOnReturn: false }));
  } finally {
    // The rest of a refused body is discarded, so that the connection can be used again.
    req.resume();
  }
}

/**
 * Reads a form of the type multipart/form-data (RFC 7578).
 * @param onFile called for one file after the other; it has to read the content. Fields without a file are left out
 * @returns the other fields
 * @throws ChatError `bad-request` for a body that cannot be parsed, or the error of `onFile`
 */
export async function readMultipart(
  req: Request,
  maxFiles: number,
  onFile: (file: FormFile) => Promise<void>,
): Promise<Record<string, unknown>> {
  const fields = new Map<string, unknown>();
  const tasks: Promise<void>[] = [];
  await new Promise<void>((resolve, reject) => {
    const parser = openParser(req, maxFiles);
    let current: (NodeJS.ReadableStream & { destroy(error?: Error): void }) | null = null;
    const fail = (error: unknown) => {
      req.unpipe(parser);
      req.resume();
      reject(error);
    };
    parser.on('file', (_field, stream, name) => {
      if (!name) return void stream.resume();
      // Browsers encode quotes and line breaks of a name in this way (HTML, multipart/form-data encoding).
      const original = name.replaceAll('%22', '"').replace(/%0[da]/gi, ' ');
      current = stream;
      // An error of a stream that is no longer read must not end the process.
      stream.on('error', () => {});
      const task = onFile({ name: original, content: received(req, stream) });
      tasks.push(task);
      task.catch(fail);
    });
    parser.on('field', (name, value) => fields.set(name, value));
    parser.on('filesLimit', () =>
      fail(
        new ChatError('bad-file', `a message may have ${maxFiles} files`, {
          field: 'files',
          limit: maxFiles,
        }),
      ),
    );
    parser.on('error', () => fail(malformed()));
    parser.on('finish', resolve);
    req.once('close', () => {
      if (req.complete) return;
      current?.destroy(interrupted());
      fail(interrupted());
    });
    req.pipe(parser);
  });
  await Promise.all(tasks);
  return Object.fromEntries(fields);
}

function openParser(req: Request, files: number) {
  const headers = { ...req.headers, 'content-type': req.headers['content-type'] ?? '' };
  const limits = {
    fields: MAX_FIELDS,
    fieldSize: MAX_BODY_BYTES,
    files,
    parts: MAX_FIELDS + files,
    headerPairs: 20,
  };
  try {
    return new Busboy({ headers, limits });
  } catch {
    throw malformed();
  }
}

async function* received(req: Request, content: AsyncIterable<unknown>): AsyncGenerator<Buffer> {
  try {
    for await (const part of content) {
      extendBody(req);
      yield Buffer.isBuffer(part) ? part : Buffer.from(String(part));
    }
  } catch (error) {
    if (req.complete || error instanceof ChatError) throw error;
    throw interrupted();
  }
}

const interrupted = () => new ChatError('bad-request', 'the connection was lost before the end of the body');
const malformed = () => new ChatError('bad-request', 'the body is not valid multipart/form-data');
