import { cleanFileName, storedAlt } from '../../protocol/file.js';
import { INLINE_TYPES } from '../../protocol/inline-image.js';
import { LIMITS, type MessageFile } from '../../protocol/message.js';

/** Longest id of a file that a row may name. */
const MAX_ID_CHARACTERS = 127;
const MAX_TYPE_CHARACTERS = 127;
const DOWNLOAD_TYPE = 'application/octet-stream';
const MAX_SIDE_PIXELS = 100_000;

/** The files that a row of `messages` names. Entries of another form are left out; any driver may have written them. */
export function toMessageFiles(value: unknown): MessageFile[] {
  if (!Array.isArray(value)) return [];
  return value
    .slice(0, LIMITS.files)
    .map(toMessageFile)
    .filter((file) => file !== null);
}

/** Null for a value that is not a file. */
export function toMessageFile(value: unknown): MessageFile | null {
  if (typeof value !== 'object' || value === null) return null;
  const { id, name, type, size, width, height, animated, alt }: Partial<Record<keyof MessageFile, unknown>> =
    value;
  if (typeof id !== 'string' || id === '' || id.length > MAX_ID_CHARACTERS) return null;
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) return null;
  const description = storedAlt(alt);
  const isKnownType = typeof type === 'string' && type.length <= MAX_TYPE_CHARACTERS;
  return {
    id,
    name: cleanFileName(name),
    type: isKnownType ? type : DOWNLOAD_TYPE,
    size,
    ...(INLINE_TYPES.some((one) => one === type) && isSide(width) && isSide(height) && { width, height }),
    ...(animated === true && { animated }),
    ...(description !== undefined && { alt: description }),
  };
}

const isSide = (value: unknown): value is number =>
  Number.isInteger(value) && Number(value) > 0 && Number(value) <= MAX_SIDE_PIXELS;
