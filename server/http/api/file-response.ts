import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Request, Response } from 'express';
import { isInline } from '../../protocol/inline-image.js';
import type { MessageFile } from '../../protocol/message.js';
import { contentDisposition } from './content-disposition.js';

/** A file never changes. The cache of a browser keeps it for the visitor who has requested it. */
const CACHE = 'private, max-age=31536000, immutable';
/** Milliseconds in which a reader has to take some bytes. */
const STALL_MS = 60_000;

export interface FileContent {
  file: Pick<MessageFile, 'name' | 'type' | 'size' | 'width' | 'height'>;
  tag: string;
  /** Parts of the content can be requested. */
  hasRanges: boolean;
  /** The bytes from `start` to `end`, inclusive. */
  read(start: number, end: number): AsyncIterable<Buffer>;
}

/**
 * Sends a file so that nothing of it is executed: images of the types that pages show, everything else as a download, in a sandbox,
 * with a type that the browser does not guess. Supports conditional and partial requests (RFC 9110).
 */
export async function sendFile(
  req: Request,
  res: Response,
  { file, tag, hasRanges, read }: FileContent,
): Promise<void> {
  const isShown = isInline(file);
  res.set({
    'Content-Type': isShown ? file.type : 'application/octet-stream',
    'Content-Disposition': contentDisposition(isShown ? 'inline' : 'attachment', file.name),
    'Content-Security-Policy': "default-src 'none'; sandbox",
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Cache-Control': CACHE,
    ETag: `"${encodeURIComponent(tag)}"`,
    'Accept-Ranges': hasRanges ? 'bytes' : 'none',
  });
  res.vary('Cookie').vary('Authorization');
  if (hasTag(req, res.get('ETag'))) return void res.status(304).end();
  const range = hasRanges ? requestedRange(req, res, file.size) : null;
  if (range === 'unsatisfiable')
    return void res.status(416).set('Content-Range', `bytes */${file.size}`).end();
  const { start, end } = range ?? { start: 0, end: file.size - 1 };
  if (range) res.status(206).set('Content-Range', `bytes ${start}-${end}/${file.size}`);
  res.set('Content-Length', String(end - start + 1));
  if (req.method === 'HEAD') return void res.end();
  res.setTimeout(STALL_MS, () => void res.destroy());
  try {
    await pipeline(Readable.from(read(start, end), { objectMode: false }), res);
  } catch (error) {
    // The reader has closed the connection.
    if (!res.destroyed || (error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  }
}

/** `req.fresh` of Express ignores the tag in a request with `Cache-Control: no-cache`, though a file never changes. */
function hasTag(req: Request, tag: string | undefined): boolean {
  const known = req.get('If-None-Match')?.split(/\s*,\s*/);
  return known?.some((one) => one === '*' || one.replace(/^W\//, '') === tag) ?? false;
}

/** Null: the whole file, also for several ranges. */
function requestedRange(req: Request, res: Response, size: number) {
  const condition = req.get('If-Range');
  if (condition !== undefined && condition !== res.get('ETag')) return null;
  const ranges = req.range(size);
  if (ranges === -1) return 'unsatisfiable';
  if (ranges === undefined || ranges === -2 || ranges.type !== 'bytes' || ranges.length !== 1) return null;
  return ranges[0] ?? null;
}
