import pLimit from 'p-limit';
import type { Sharp, SharpOptions } from 'sharp';
import { reasonOf } from '../lib/error-reason.js';
import { ChatError } from '../protocol/errors.js';
import { type InlineType, THUMBNAIL_PIXELS } from '../protocol/inline-image.js';
import type { Log } from '../telemetry/logger.js';
import type { ImageType } from './content-type.js';

/** An image without metadata, upright, in a format that every browser shows. */
export interface ProcessedImage {
  bytes: Buffer;
  type: InlineType;
  width: number;
  height: number;
  isAnimated: boolean;
  /** A still WebP image; null for a small image that does not move. */
  thumbnail: Buffer | null;
}

/** Pixels of an image, of all its frames: the memory and the time that decoding takes. A photo of 50 megapixels fits. */
export const MAX_PIXELS = 64_000_000;
/** Longest side of a stored image. */
const MAX_SIDE_PIXELS = 4_096;
const TIMEOUT_SECONDS = 20;
/** Images that are processed at the same time, each on one thread. */
const IMAGES_AT_ONCE = 2;

type CreateSharp = (input: Buffer, options?: SharpOptions) => Sharp;

/**
 * Decodes images and encodes them again, which removes metadata such as places, applies the orientation, and leaves nothing of a
 * file that is an image and a program at once.
 */
export class ImageProcessor {
  readonly #log: Log;
  readonly #load: () => Promise<CreateSharp>;
  readonly #queue = pLimit(IMAGES_AT_ONCE);
  #sharp: Promise<CreateSharp | null> | undefined;

  constructor(log: Log, load: () => Promise<CreateSharp> = loadSharp) {
    this.#log = log;
    this.#load = load;
  }

  /**
   * @returns null for a content that cannot be decoded, and where sharp cannot be loaded: the file is a download then
   * @throws ChatError `bad-file` for an image with more than `MAX_PIXELS`, or one that takes too long
   */
  async process(content: Buffer, type: ImageType): Promise<ProcessedImage | null> {
    this.#sharp ??= this.#load().catch((error: unknown) => {
      this.#log.warn(
        { reason: reasonOf(error) },
        'files: sharp cannot be loaded, images are stored as downloads',
      );
      return null;
    });
    const sharp = await this.#sharp;
    return sharp && this.#queue(() => encode(sharp, content, type));
  }
}

async function loadSharp(): Promise<CreateSharp> {
  const { default: sharp } = await import('sharp');
  sharp.cache(false);
  sharp.concurrency(1);
  return sharp;
}

async function encode(sharp: CreateSharp, content: Buffer, type: ImageType): Promise<ProcessedImage | null> {
  const open = (input: Buffer, options?: SharpOptions) =>
    sharp(input, { limitInputPixels: MAX_PIXELS, ...options }).timeout({ seconds: TIMEOUT_SECONDS });
  try {
    const { pages = 1 } = await open(content).metadata();
    const isAnimated = pages > 1 && type !== 'image/avif';
    const upright = open(content, { animated: isAnimated }).autoOrient();
    // Frames of an animation have one size, which is small.
    const resized = isAnimated
      ? upright
      : upright.resize({
          width: MAX_SIDE_PIXELS,
          height: MAX_SIDE_PIXELS,
          fit: 'inside',
          withoutEnlargement: true,
        });
    const format = formatOf(type);
    const { data: bytes, info } = await FORMATS[format](resized).toBuffer({ resolveWithObject: true });
    const height = info.pageHeight ?? info.height;
    const isLarge = Math.max(info.width, height) > THUMBNAIL_PIXELS;
    const thumbnail = isAnimated || isLarge ? await thumbnailOf(open(bytes)) : null;
    return { bytes, type: format, width: info.width, height, isAnimated, thumbnail };
  } catch (error) {
    if (/exceeds pixel limit/i.test(reasonOf(error)))
      throw badImage(`the image has more than ${MAX_PIXELS} pixels`, MAX_PIXELS);
    if (/timeout/i.test(reasonOf(error)))
      throw badImage(`the image cannot be decoded within ${TIMEOUT_SECONDS} s`, TIMEOUT_SECONDS);
    return null;
  }
}

/** AVIF takes seconds to encode. */
const formatOf = (type: ImageType): InlineType => (type === 'image/avif' ? 'image/webp' : type);

const FORMATS: Readonly<Record<InlineType, (image: Sharp) => Sharp>> = {
  'image/png': (image) => image.png(),
  'image/jpeg': (image) => image.jpeg({ quality: 88 }),
  'image/gif': (image) => image.gif({ effort: 3 }),
  'image/webp': (image) => image.webp({ quality: 85, effort: 2 }),
};

function thumbnailOf(image: Sharp): Promise<Buffer> {
  const box = {
    width: THUMBNAIL_PIXELS,
    height: THUMBNAIL_PIXELS,
    fit: 'inside',
    withoutEnlargement: true,
  } as const;
  return image.resize(box).webp({ quality: 75, effort: 3 }).toBuffer();
}

function badImage(message: string, limit: number): ChatError {
  return new ChatError('bad-file', message, { field: 'file', limit });
}
