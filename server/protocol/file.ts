import { ChatError } from './errors.js';
import { cleanAlt, cleanId, LIMITS } from './message.js';
import { normalise } from './text/normalise.js';

const UNNAMED = 'file';
/** Control characters, bidi controls, separators of paths, and characters that Windows refuses. */
const REFUSED_IN_NAME =
  /[\p{Cc}\p{Zl}\p{Zp}\p{Surrogate}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069/\\:*?"<>|]+/gu;
/** Control characters, bidi controls and line separators. */
const REFUSED_IN_ALT = /[\p{Cc}\p{Zl}\p{Zp}\p{Surrogate}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu;
/** Longest name or description that is read at all. */
const MAX_GIVEN_NAME = 4_096;
/** Letters of an extension that remain when a long name is shortened. */
const MAX_EXTENSION = 12;

/** A file name without a path, without characters that disguise it, and of at most `LIMITS.fileName` characters. */
export function cleanFileName(value: unknown): string {
  if (typeof value !== 'string') return UNNAMED;
  const base = value.slice(-MAX_GIVEN_NAME).replace(/^.*[/\\]/su, '');
  const name = normalise(base)
    .replace(REFUSED_IN_NAME, '_')
    .replace(/\s+/gu, ' ')
    .replace(/^[. ]+|[. ]+$/gu, '');
  return shorten(name) || UNNAMED;
}

/** Keeps the extension. */
function shorten(name: string): string {
  const characters = [...name];
  if (characters.length <= LIMITS.fileName) return name;
  const dot = characters.lastIndexOf('.');
  const extension = characters.length - dot <= MAX_EXTENSION ? characters.slice(dot) : [];
  return [...characters.slice(0, LIMITS.fileName - extension.length), ...extension].join('');
}

/** A description that another program may have stored, in one line and at most `LIMITS.fileAlt` characters; undefined without one. */
export function storedAlt(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const line = normalise(value.slice(0, MAX_GIVEN_NAME)).replace(REFUSED_IN_ALT, ' ').trim();
  return [...line].slice(0, LIMITS.fileAlt).join('') || undefined;
}

/** An uploaded file as a new message names it. */
export interface NamedFile {
  id: string;
  /** Replaces the description that was given with the upload; empty: no description. */
  alt?: string | undefined;
}

/**
 * The files of a new message, each an id or `{id, alt}`; empty when there are no files.
 * @throws ChatError `bad-file` for anything else than a list of at most `LIMITS.files` files, `bad-alt`, `too-many-marks`
 */
export function cleanFiles(value: unknown): NamedFile[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw badFiles('must be a list of ids of files');
  if (value.length > LIMITS.files) throw badFiles(`may have ${LIMITS.files} entries`, LIMITS.files);
  // A file that is named twice is sent once.
  return [...new Map(value.map(cleanFile).map((file) => [file.id, file])).values()];
}

function cleanFile(value: unknown): NamedFile {
  if (typeof value !== 'object' || value === null) return { id: cleanFileId(value) };
  const { id, alt }: { id?: unknown; alt?: unknown } = value;
  return { id: cleanFileId(id), ...(alt !== undefined && alt !== null && { alt: cleanAlt(alt) }) };
}

function cleanFileId(value: unknown): string {
  try {
    return cleanId(value);
  } catch {
    throw badFiles('has an entry that is not the id of a file');
  }
}

function badFiles(fault: string, limit?: number): ChatError {
  return new ChatError('bad-file', `files ${fault}`, { field: 'files', limit });
}
