import { KINDS } from '../../protocol/entities.js';
import { LIMITS } from '../../protocol/message.js';
import { visiblePattern } from '../../protocol/text/characters.js';
import { r, type Term } from '../connection/reql.js';

/** To be raised with every change below: servers replace the hook of an older version, and leave that of a newer one. */
export const MESSAGE_HOOK_VERSION = 2;

/** Stands in the hook's text, from which its version is read. */
const MARK = 'changeroom messages hook';

/** Control characters, and those that reverse or isolate the direction of the text around them (RE2 syntax). */
const CONTROL = '\\p{Cc}|[\\x{202a}-\\x{202e}\\x{2066}-\\x{2069}]';
/** A body may have tabs, line breaks and bidi controls. */
const CONTROL_IN_BODY = '[^\\P{Cc}\\t\\n\\r]';
const EMPTY = '^[\\s\\p{Z}]*$';
const VISIBLE = visiblePattern('re2');

/** Every regular expression that the hook applies to a text. */
export const HOOK_PATTERNS = [CONTROL, CONTROL_IN_BODY, EMPTY, VISIBLE];

/**
 * The write hook of `messages`: the database itself checks and completes every row, whoever writes it. A row needs
 * `room` and `body`; `sent`, `author` and `kind` are filled in, `edited` is stamped when the body changes.
 * Texts are not trimmed or normalised here, since ReQL has no means for it; the app does that before.
 *
 * A hook has to be deterministic: `ctx('timestamp')` is the time of the write, `r.now()` would be refused.
 * It must answer null for a deletion (`row` is null) and an object for everything else.
 */
export function messageHook(ctx: Term, old: Term, row: Term): Term {
  const check = r.branch(row.eq(null), null, checked(row, completed(ctx, old, row)));
  return r.expr(`${MARK} ${MESSAGE_HOOK_VERSION}`).do((_version: Term) => check);
}

/** The version of a hook from its text as the database prints it; 0 for a hook that is not ours. */
export function hookVersion(text: string): number {
  return Number(new RegExp(`${MARK} (\\d+)`).exec(text)?.[1] ?? 0);
}

/** The row as it is stored. */
function completed(ctx: Term, old: Term, row: Term): Term {
  const isNew = old.eq(null);
  const bodyChanged = r.branch(isNew, false, old('body').ne(row('body')));
  return row.merge(
    {
      sent: inMilliseconds(row('sent').default(r.branch(isNew, ctx('timestamp'), old('sent')))),
      kind: row('kind').default('message'),
      author: row('author')
        .default({})
        .do((author: Term) =>
          r.branch(
            author.typeOf().eq('STRING'),
            { id_user: null, name: author },
            r.expr({ id_user: null, name: 'anonymous' }).merge(author),
          ),
        ),
    },
    r.branch(bodyChanged, { edited: ctx('timestamp') }, {}),
  );
}

/** Rounded to what JavaScript's dates can hold, so that a position that went through a browser is found again. */
function inMilliseconds(time: Term): Term {
  return r.epochTime(time.toEpochTime().mul(1000).round().div(1000));
}

/** `row` if it passes every check, else an error that names the field and the limit. */
function checked(row: Term, complete: Term): Term {
  const fail = (text: string) => r.error(text);
  return r.branch(
    ...textChecks(row, 'room', LIMITS.room, CONTROL),
    ...textChecks(row, 'body', LIMITS.body, CONTROL_IN_BODY),
    ...visibleCheck(row, 'body'),
    row('id').default('').typeOf().ne('STRING'),
    fail('id must be a string'),
    row('sent').default(r.epochTime(0)).typeOf().ne('PTYPE<TIME>'),
    fail('sent must be a time'),
    row('edited').default(r.epochTime(0)).typeOf().ne('PTYPE<TIME>'),
    fail('edited must be a time'),
    r.expr(KINDS).contains(row('kind').default('message')).not(),
    fail(`kind must be one of ${KINDS.join(', ')}`),
    r.expr(['OBJECT', 'STRING']).contains(row('author').default({}).typeOf()).not(),
    fail('author must be a name or an object {id_user, name}'),
    complete.do((whole: Term) =>
      r.branch(
        ...textChecks(whole('author'), 'name', LIMITS.name, CONTROL, 'author.name'),
        ...visibleCheck(whole('author'), 'name', 'author.name'),
        whole('author')('id_user').default('').typeOf().ne('STRING'),
        fail('author.id_user must be a string or null'),
        whole,
      ),
    ),
  );
}

/** Pairs of a condition and the error that it leads to, as arguments of `branch`. */
function textChecks(owner: Term, field: string, limit: number, refused: string, label = field): Term[] {
  const fail = (text: string) => r.error(`${label} ${text}`);
  const text = owner(field);
  return [
    owner.hasFields(field).not(),
    fail('is missing'),
    text.typeOf().ne('STRING'),
    fail('must be a string'),
    text.match(EMPTY).ne(null),
    fail('is empty'),
    text.count().gt(limit),
    fail(`is longer than ${limit} characters`),
    text.match(refused).ne(null),
    fail('contains control characters'),
  ];
}

/** Refuses a text of nothing but fillers, joiners and the like. A room of such a name may exist already. */
function visibleCheck(owner: Term, field: string, label = field): Term[] {
  return [owner(field).match(VISIBLE).eq(null), r.error(`${label} has no visible character`)];
}
