import type { Message } from '../../protocol/message.js';
import type { Has } from './search-query.js';

const LINK = /\bhttps?:\/\/[^\s<>"]|(?<![\w.@/-])www\.[^\s<>"]/iu;

/** The contents of a message, for `has:`. */
export function contentsOf(message: Message): Set<Has> {
  const contents = new Set<Has>();
  if (LINK.test(message.body)) contents.add('link');
  for (const type of fileTypes(message)) {
    contents.add('file');
    if (type.startsWith('image/')) contents.add('image');
  }
  return contents;
}

/** The content types of the files of a message. */
export function fileTypes(message: Message & { files?: unknown }): string[] {
  if (!Array.isArray(message.files)) return [];
  return message.files
    .map((file: unknown) => (typeof file === 'object' && file !== null && 'type' in file ? file.type : null))
    .filter((type) => typeof type === 'string');
}
