import { KINDS } from '../../protocol/entities.js';
import { LIMITS } from '../../protocol/message.js';
import { visiblePattern } from '../../protocol/text/characters.js';
import { r } from '../connection/reql.js';
import type { Datum, RawTime } from '../connection/reql-types.js';
import type { MessageRow } from './rows.js';

/** Raise with every change below: servers replace a hook of an older version, and leave one of a newer version. */
export const MESSAGE_HOOK_VERSION = 3;

/** Part of the hook's text, from which its version is read. */
const VERSION_MARK = 'changeroom messages hook';

/** Control characters, and those that reverse or isolate the direction of the text around them (RE2 syntax). */
const CONTROL_PATTERN = '\\p{Cc}|[\\x{202a}-\\x{202e}\\x{2066}-\\x{2069}]';
/** A body may have tabs, line breaks and bidi controls. */
const CONTROL_IN_BODY_PATTERN = '[^\\P{Cc}\\t\\n\\r]';
const EMPTY_PATTERN = '^[\\s\\p{Z}]*$';
const VISIBLE_PATTERN = visiblePattern('re2');

/** Every regular expression that the hook applies to a text. */
export const HOOK_PATTERNS = [CONTROL_PATTERN, CONTROL_IN_BODY_PATTERN, EMPTY_PATTERN, VISIBLE_PATTERN];

/**
 * The write hook of `messages`: the database checks and completes every row, whichever program writes it. A row needs
 * `room` and `body`, which may be empty in a message with files; `sent`, `author` and `kind` are filled in, `edited` is stamped when the body changes.
 * Texts are not trimmed or normalised here, since ReQL has no terms for it; the server does that before it writes.
 *
 * A hook has to be deterministic: `ctx('timestamp')` is the time of the write, `r.now()` would be refused.
 * It must answer null for a deletion (`row` is null) and an object for every other write.
 */
export function messageHook(
  context: Datum<{ timestamp: RawTime }>,
  old: Datum<MessageRow | null>,
  row: Datum<MessageRow | null>,
): Datum {
  const check = r.branch(row.eq(null), null, checked(row, completed(context, old, row)));
  return r.expr(`${VERSION_MARK} ${MESSAGE_HOOK_VERSION}`).do((_version) => check);
}

/** The version of a hook from its text as the database prints it; 0 for a foreign hook. */
export function hookVersion(text: string): number {
  return Number(new RegExp(`${VERSION_MARK} (\\d+)`).exec(text)?.[1] ?? 0);
}

type Author = NonNullable<MessageRow['author']>;

/** The row as it is stored. */
function completed(
  context: Datum<{ timestamp: RawTime }>,
  old: Datum<MessageRow | null>,
  row: Datum<MessageRow | null>,
): Datum<MessageRow | null> {
  const isNew = old.eq(null);
  const hasNewBody = r.branch(isNew, false, old('body').ne(row('body').default('')));
  const sentBefore = r.branch(isNew, context('timestamp'), old('sent'));
  return row.merge(
    {
      sent: inMilliseconds(row('sent').default(sentBefore)),
      kind: row('kind').default('message'),
      body: row('body').default(''),
      author: row('author')
        .default({})
        .do((author) =>
          r.branch(
            author.typeOf().eq('STRING'),
            { id_user: null, name: author },
            r.expr({ id_user: null, name: 'anonymous' }).merge(author),
          ),
        ),
    },
    r.branch(hasNewBody, { edited: context('timestamp') }, {}),
  );
}

/** Rounded to the precision of JavaScript's dates, so that a position that went through a browser is found again. */
function inMilliseconds(time: Datum): Datum<RawTime> {
  return r.epochTime(time.toEpochTime().mul(1000).round().div(1000));
}

/** `row` if it passes every check, else an error that names the field and the limit. */
function checked(row: Datum<MessageRow | null>, complete: Datum<MessageRow | null>): Datum {
  const body = row('body').default(r.branch(hasFiles(row), '', null));
  const isCaption = hasFiles(row).and(body.eq(''));
  const bodyChecks = [
    ...textChecks('body', body.ne(null), body, LIMITS.body, CONTROL_IN_BODY_PATTERN),
    ...visibleCheck('body', body),
  ];
  return r.branch(
    ...textChecks('room', row.hasFields('room'), row('room'), LIMITS.room, CONTROL_PATTERN),
    ...bodyChecks.map((part, i) => (i % 2 === 0 ? r.branch(isCaption, false, part) : part)),
    row('id').default('').typeOf().ne('STRING'),
    r.error('id must be a string'),
    row('sent').default(r.epochTime(0)).typeOf().ne('PTYPE<TIME>'),
    r.error('sent must be a time'),
    row('edited').default(r.epochTime(0)).typeOf().ne('PTYPE<TIME>'),
    r.error('edited must be a time'),
    r.expr(KINDS).contains(row('kind').default('message')).not(),
    r.error(`kind must be one of ${KINDS.join(', ')}`),
    r.expr(['OBJECT', 'STRING']).contains(row('author').default({}).typeOf()).not(),
    r.error('author must be a name or an object {id_user, name}'),
    complete.do((whole) => r.branch(...authorChecks(whole('author')), whole)),
  );
}

/** Messages with files need no text. The form of the files is checked where they are read. */
function hasFiles(row: Datum<MessageRow | null>): Datum<boolean> {
  const files = row('files').default([]);
  return r.branch(files.typeOf().eq('ARRAY'), (files as Datum<unknown[]>).isEmpty().not(), false);
}

function authorChecks(author: Datum<Author | undefined>): unknown[] {
  const name = author('name');
  return [
    ...textChecks('author.name', author.hasFields('name'), name, LIMITS.name, CONTROL_PATTERN),
    ...visibleCheck('author.name', name),
    author('id_user').default('').typeOf().ne('STRING'),
    r.error('author.id_user must be a string or null'),
  ];
}

/** Pairs of a condition and the error for it, as arguments of `branch`. */
function textChecks(
  field: string,
  isPresent: Datum<boolean>,
  text: Datum,
  limit: number,
  refusedPattern: string,
): unknown[] {
  const fail = (problem: string) => r.error(`${field} ${problem}`);
  return [
    isPresent.not(),
    fail('is missing'),
    text.typeOf().ne('STRING'),
    fail('must be a string'),
    text.match(EMPTY_PATTERN).ne(null),
    fail('is empty'),
    text.count().gt(limit),
    fail(`is longer than ${limit} characters`),
    text.match(refusedPattern).ne(null),
    fail('contains control characters'),
  ];
}

/** Refuses a text without a visible character, such as one of joiners alone. Not for `room`, since such rooms may exist. */
function visibleCheck(field: string, text: Datum): unknown[] {
  return [text.match(VISIBLE_PATTERN).eq(null), r.error(`${field} has no visible character`)];
}
