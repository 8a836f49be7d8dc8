import { isInline, THUMBNAIL_PIXELS } from '../../../protocol/inline-image.js';
import type { Message, MessageFile } from '../../../protocol/message.js';
import { readerLocale, t } from '../texts/text.js';
import { type ElementTree, element } from './element.js';
import { icon } from './icon.js';
import { asUser } from './room-path.js';

/** Largest box of an image alone, and of one of several, in CSS pixels. */
const SINGLE_BOX = { width: 420, height: 320 };
const GRID_BOX = { width: 200, height: 200 };

/**
 * The files of a message: images in a place of known size, other files as links to downloads.
 * @param as id of the playground user whose rights apply
 */
export function fileViews(
  { room, files }: { room: Message['room']; files?: readonly MessageFile[] | undefined },
  as: string | null,
): ElementTree[] {
  if (!files || files.length === 0) return [];
  const images = files.filter(isInline);
  const box = images.length === 1 ? SINGLE_BOX : GRID_BOX;
  const downloads = files.filter((file) => !isInline(file));
  return [
    element(
      'div',
      { class: 'files' },
      images.length > 0 &&
        element('div', { class: 'images' }, ...images.map((file) => image(file, room, as, box))),
      ...downloads.map((file) => download(file, fileAddress(room, file.id, '', as))),
    ),
  ];
}

function image(file: MessageFile, room: string, as: string | null, box: typeof SINGLE_BOX): ElementTree {
  const { id, name, alt = name, width = 1, height = 1, animated = false } = file;
  const scale = Math.min(1, box.width / width, box.height / height);
  const whole = fileAddress(room, id, '', as);
  const hasThumbnail = animated || Math.max(width, height) > THUMBNAIL_PIXELS;
  const size = {
    width: `${Math.max(1, Math.round(width * scale))}`,
    height: `${Math.max(1, Math.round(height * scale))}`,
  };
  const shown = hasThumbnail ? fileAddress(room, id, '/thumbnail', as) : whole;
  return element(
    'a',
    { class: 'image', href: whole, target: '_blank', rel: 'noopener', 'data-plays': animated },
    element('img', { src: shown, alt, loading: 'lazy', decoding: 'async', ...size }),
    animated && element('span', { class: 'plays' }, t('files.play')),
  );
}

function download({ name, size }: MessageFile, address: string): ElementTree {
  return element(
    'a',
    { class: 'file', href: address, download: name },
    icon('file'),
    element('bdi', { class: 'file-name' }, name),
    element('span', { class: 'file-size' }, byteText(size)),
  );
}

/** `1.4 MB`, in the notation of the reader's language. */
export function byteText(bytes: number): string {
  const [unit, divisor] =
    bytes < 1024 ** 2 ? (['kilobyte', 1024] as const) : (['megabyte', 1024 ** 2] as const);
  const value = Math.max(bytes / divisor, 0.1);
  const digits = { maximumFractionDigits: value < 10 ? 1 : 0 };
  return new Intl.NumberFormat(readerLocale().language, { style: 'unit', unit, ...digits }).format(value);
}

/** @param as id of the playground user whose rights apply */
export function fileAddress(room: string, id: string, part: '' | '/thumbnail', as: string | null): string {
  return asUser(`/api/rooms/${encodeURIComponent(room)}/files/${encodeURIComponent(id)}${part}`, as);
}
