import type { Message } from '../../../protocol/message.js';
import { tParts } from '../texts/text.js';
import { avatar } from './avatar.js';
import { type Child, type ElementTree, element } from './element.js';
import { addresses } from './markup/addresses.js';
import { mentionFinder } from './markup/mentions.js';
import type { PartFinder } from './markup/text-part.js';
import { plainLines, plainText } from './plain-text.js';
import { messagePath } from './room-path.js';
import type { TimeFormat } from './time-format.js';

export interface FoundMessage {
  message: Message;
  marks: readonly { start: number; end: number }[];
  previous?: Message | null;
  next?: Message | null;
}

export interface SearchResultOptions {
  /** Current names of authors by `id_user`. */
  names: Readonly<Record<string, string>>;
  time: TimeFormat;
  /** Id of the playground user; null on other pages. */
  as: string | null;
}

/** Characters of a long body that are shown, and those of them before the first match. */
const EXCERPT_LENGTH = 400;
const EXCERPT_LEAD = 120;
const CONTEXT_LENGTH = 160;

/** A message that a search has found: where and when it was written, the messages around it, and its matching words marked. */
export function searchResultRow(found: FoundMessage, { names, time, as }: SearchResultOptions): ElementTree {
  const { message, marks, previous, next } = found;
  const author = authorOf(message, names);
  const written = [message, previous, next].flatMap((one) =>
    one && one.author.id_user !== null ? [[one.author.id_user, one.author.name]] : [],
  );
  const finders = [addresses, mentionFinder({ ...Object.fromEntries(written), ...names })];
  const place: Child[] = tParts('search.inRoom', { room: element('bdi', {}, `#${message.room}`) });
  return element(
    'li',
    { class: 'result', 'data-id': message.id },
    element(
      'a',
      { class: 'result-head', href: messagePath(message, as) },
      avatar({ ...message.author, name: author }),
      element('bdi', { class: 'author' }, author),
      element('span', { class: 'result-room' }, ...place),
      element(
        'time',
        { datetime: new Date(message.sent).toISOString(), title: time.fullTime(message.sent) },
        `${time.dayName(message.sent)} ${time.timeOfDay(message.sent)}`,
      ),
    ),
    previous && contextLine(previous, names, finders),
    element(
      'p',
      { class: 'result-body', dir: 'auto' },
      ...markedText(plainLines(message.body, { finders }), wordsOf(message.body, marks)),
    ),
    next && contextLine(next, names, finders),
  );
}

function contextLine(
  message: Message,
  names: Readonly<Record<string, string>>,
  finders: readonly PartFinder[],
): ElementTree {
  return element(
    'p',
    { class: 'result-context' },
    element('bdi', { class: 'author' }, authorOf(message, names)),
    ': ',
    element('bdi', {}, cut(plainText(message.body, { finders }), CONTEXT_LENGTH)),
  );
}

/** The matching words of a body, in their order. */
function wordsOf(body: string, marks: FoundMessage['marks']): string[] {
  return marks.map(({ start, end }) => body.slice(start, end));
}

/** The places of the words in the text without markup. A word that only the markup has gets none. */
function placesOf(words: readonly string[], text: string): { start: number; end: number }[] {
  let end = 0;
  return words.flatMap((word) => {
    const start = text.indexOf(word, end);
    if (start === -1 || word === '') return [];
    end = start + word.length;
    return [{ start, end }];
  });
}

/** The text, with its matches in `mark` elements; of a long body the part around the first match. */
function markedText(text: string, words: readonly string[]): Child[] {
  const marks = placesOf(words, text);
  const first = marks[0]?.start ?? 0;
  const from =
    text.length > EXCERPT_LENGTH && first > EXCERPT_LEAD ? wordStart(text, first - EXCERPT_LEAD) : 0;
  const to = Math.min(text.length, from + EXCERPT_LENGTH);
  const parts: Child[] = [from > 0 && '… '];
  let end = from;
  for (const mark of marks) {
    if (mark.start < end || mark.end > to) continue;
    parts.push(text.slice(end, mark.start), element('mark', {}, text.slice(mark.start, mark.end)));
    end = mark.end;
  }
  return [...parts, cut(text.slice(end), to - end)];
}

/** The beginning of the next word, so that no character is split. */
function wordStart(text: string, index: number): number {
  const space = text.slice(index, index + 40).search(/\s/);
  const at = space === -1 ? index : index + space + 1;
  return isLowSurrogate(text, at) ? at + 1 : at;
}

function cut(text: string, length: number): string {
  if (text.length <= length) return text;
  return `${text.slice(0, isLowSurrogate(text, length) ? length - 1 : length)}…`;
}

function isLowSurrogate(text: string, index: number): boolean {
  const unit = text.charCodeAt(index);
  return unit >= 0xdc00 && unit <= 0xdfff;
}

function authorOf({ author }: Message, names: Readonly<Record<string, string>>): string {
  return (author.id_user === null ? undefined : names[author.id_user]) ?? author.name;
}
