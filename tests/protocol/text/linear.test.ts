import { expect, test } from 'vitest';
import { matchRegex } from '../../../packages/embedded-rethinkdb/src/operators/regex.js';
import { userNameClaim } from '../../../server/auth/claims.js';
import { bearerToken, tokenOf } from '../../../server/auth/credentials.js';
import { Guests } from '../../../server/auth/guest.js';
import { Announcements } from '../../../server/bots/announcements.js';
import { commandName } from '../../../server/bots/command.js';
import { HOOK_PATTERNS } from '../../../server/database/schema/message-hook.js';
import { markedName, refuseReserved, withoutOwnMark } from '../../../server/database/tables/chosen-name.js';
import { decodeCursor } from '../../../server/http/api/schemas/cursor.js';
import { renderMessage } from '../../../server/http/pages/message-html.js';
import { encodePageState, type PageState } from '../../../server/http/pages/page-state.js';
import { hueClass, initials } from '../../../server/http/pages/rows/avatar.js';
import { lengthClass } from '../../../server/http/pages/rows/body-lines.js';
import { isJumbo } from '../../../server/http/pages/rows/jumbo.js';
import { addresses } from '../../../server/http/pages/rows/markup/addresses.js';
import { bodyNodes } from '../../../server/http/pages/rows/markup/body-nodes.js';
import { plainText } from '../../../server/http/pages/rows/plain-text.js';
import { unclaimedRoom } from '../../../server/http/pages/rows/room-list.js';
import {
  COMMAND,
  cleanBody,
  cleanId,
  cleanName,
  cleanRoom,
  cleanTopic,
  type Message,
} from '../../../server/protocol/message.js';
import { balanceBidi } from '../../../server/protocol/text/bidi.js';
import { hasStrayInvisible } from '../../../server/protocol/text/characters.js';
import { nameKeys } from '../../../server/protocol/text/name-key.js';
import { hasTooManyMarks, normalise } from '../../../server/protocol/text/normalise.js';
import { CommandCompletions } from '../../../static/client/completion/command-completions.js';
import { CompletionList } from '../../../static/client/completion/completion-list.js';
import { rankRooms } from '../../../static/client/switcher/room-ranking.js';
import { superlinear } from '../../support/growth.js';

/** Texts that make regular expressions, counting and Unicode algorithms slow, by their length in UTF-16 units. */
const fill = (unit: string) => (length: number) =>
  unit.repeat(Math.ceil(length / unit.length)).slice(0, length);
const HOSTILE: Record<string, (length: number) => string> = {
  letters: fill('a'),
  'an address with closing brackets': (length) => `http://a/${fill(')')(length)}`,
  'an address with pairs of brackets': (length) => `http://a/${fill('(]')(length)}`,
  'an address with full stops': (length) => `http://a/${fill('(.')(length)}`,
  'an address with colons': (length) => `http://${fill(':')(length)}`,
  'an address with a long host': (length) =>
    `http://${String.fromCodePoint(...Array.from({ length }, (_, i) => 0x4e00 + (i % 20_000)))}`,
  'addresses without an end': fill('http://'),
  'addresses with brackets': fill('http://a/)) '),
  'many addresses': fill('http://a.example/b '),
  'addresses with www': fill('www.'),
  'one address with www': (length) => `www.${fill('a.')(length)}`,
  'mail addresses': fill('a@b.cd '),
  'mail addresses without spaces': fill('a@b.c'),
  'a mail address with a long host': (length) => `a@${fill('b.')(length)}`,
  'a mail address with hyphens': (length) => `a@${fill('-')(length)}`,
  'lines of spaces': (length) => `\n${fill(' ')(length)}\nx`,
  'blank lines with spaces': fill('\n   '),
  'opening brackets': fill('['),
  'at signs': fill('@'),
  spaces: fill(' '),
  'spaces between letters': (length) => `a${fill(' ')(length)}a`,
  'line breaks': fill('\r\n'),
  'marks in two classes': (length) => `a${fill('\u0301\u0316')(length)}`,
  'marks beyond the basic plane': (length) => `a${fill('\u{1d165}\u{1d16d}')(length)}`,
  'letters with marks': fill(`a${'\u0301\u0316'.repeat(14)}`),
  'emoji joined to each other': fill('👩\u200d'),
  'skin tones': fill('🏽'),
  'variation selectors': (length) => `❤${fill('\ufe0f')(length)}`,
  'regional indicators': fill('🇦'),
  'tag characters': (length) => `🏴${fill('\u{e0067}')(length)}`,
  'halves of surrogate pairs': fill('\ud83d'),
  'open isolates': fill('\u2067'),
  'open and closed embeddings': (length) => fill('\u202e')(length / 2) + fill('\u202c')(length / 2),
  'embeddings and ends of isolates': (length) => `\u2067${fill('\u202e\u2069')(length)}`,
  'ends of isolates': fill('\u2069'),
  'a command': (length) => `/${fill('a')(length)}`,
  'a command with equals signs': (length) => `/a${fill('=')(length)}`,
  'words with hyphens': fill('a-_ '),
  'letters that look like others': fill('аΝ1I'),
  markup: fill('</script><!--'),
  'marks of stress': fill('*_'),
  'stress that is not closed': fill('*a **b __c ~~d '),
  'words with asterisks': fill('a**b '),
  'closed stress in stress': (length) => fill('*a ')(length / 2) + fill(' a*')(length / 2),
  asterisks: fill('*'),
  'stress of three lengths': fill('a*** b** c* '),
  tildes: fill('~~a ~'),
  backticks: (length) =>
    Array.from({ length: Math.sqrt(2 * length) }, (_, i) => `${'`'.repeat(i)} `).join(''),
  'backticks and spaces': fill('``` '),
  backslashes: fill('\\'),
  'begins of links': fill('[a]('),
  'links without an end': fill('[a](http://a.b/'),
  'a link with brackets': (length) => `[a](http://a.b/${fill('(b)')(length)}`,
  'links in brackets': (length) => '[[a](http://a.b)]'.repeat(length / 17),
  'a link with a long text': (length) => `[${fill('a.')(length)}](http://a.b)`,
  'many links': fill('[a.b](http://a.b) '),
  'quotes in quotes': (length) => `${fill('>')(length)} a`,
  'quotes with spaces': fill('> '),
  'lines of quotes': fill('> a\n>> b\n'),
  'lists in a line': fill('- '),
  'lines of lists': fill('- a\n'),
  'lists in lists': (length) =>
    Array.from({ length: Math.sqrt(length) }, (_, i) => `${'  '.repeat(i)}- a`).join('\n'),
  'quotes and lists': (length) =>
    Array.from({ length: length / 8 }, (_, i) => (i % 2 ? '> - a' : '- > b')).join('\n'),
  'numbered lines': fill('1. a\n\n'),
  'code without an end': fill('```\na\n````\n'),
  'code of decreasing length': (length) =>
    Array.from({ length: Math.sqrt(2 * length) }, (_, i) =>
      '`'.repeat(3 + Math.max(0, Math.sqrt(2 * length) - i)),
    ).join('\na\n'),
  'code of a line': fill('```a```\n'),
};

const attempt = (work: (text: string) => unknown) => (text: string) => {
  try {
    work(text);
  } catch {
    // Refused: that must not take long either.
  }
};

const message = (body: string): Message => ({
  id: 'm',
  room: 'lobby',
  body,
  sent: 0,
  author: { id_user: 'u', name: body },
  kind: 'message',
});
const guests = new Guests({ secret: 'a secret for tests', secure: false });

/** Everything on the server and in the browser that works on texts of users. */
const WORK: Record<string, (text: string) => unknown> = {
  addresses,
  bodyNodes,
  plainText,
  isJumbo,
  lengthClass,
  initials,
  hueClass: (text) => hueClass({ id_user: null, name: text }),
  renderMessage: (text) => renderMessage(message(text)),
  encodePageState: (text) => encodePageState({ messages: [message(text)] } as unknown as PageState),
  rankRooms: (text) => rankRooms([unclaimedRoom(text)], `${text.slice(1)}!`, []),
  cleanBody,
  cleanName,
  cleanRoom,
  cleanTopic,
  cleanId,
  decodeCursor: (text) => decodeCursor(text, 'before'),
  'decodeCursor of JSON': (text) => decodeCursor(Buffer.from(text).toString('base64url'), 'before'),
  recogniseGuest: (text) => guests.verify(text),
  bearerToken: (text) => bearerToken(`Bearer ${text}`),
  tokenOf: (text) => tokenOf({ bearerToken: text }),
  refuseReserved,
  markedName: (text) => markedName(withoutOwnMark(text, 'u'), '5f1c'),
  announcement: (text) =>
    new Announcements().add(Buffer.from(JSON.stringify({ command: 'roll', usage: text }))),
  userName: (text) => userNameClaim({ name: text, email: text }, text),
  commandName: (text) => commandName({ body: text, kind: 'message' }),
  completionList: (text) => {
    const commands = new CommandCompletions(async () => []);
    const list = new CompletionList([commands]);
    list.typed(text, text.length);
    return commands.named(text);
  },
  normalise,
  hasTooManyMarks,
  hasStrayInvisible,
  balanceBidi,
  nameKeys,
};

/** Longer than a body may be; eight times as much is within what cleanBody reads, and long enough for quadratic work to take most of the time. */
const SIZE = 5_000;

test.each(Object.entries(WORK))('the time of %s grows with the length of the text', (_name, work) => {
  expect(superlinear(SIZE, HOSTILE, attempt(work))).toEqual([]);
});

test.each([...HOOK_PATTERNS, COMMAND])(
  'the time of the database for %s grows with the length of the text',
  (pattern) => {
    expect(superlinear(500, HOSTILE, (text) => matchRegex(text, pattern))).toEqual([]);
  },
);

test('the measurement detects quadratic work', () => {
  const quadratic = (text: string) => {
    let found = 0;
    for (let i = 0; i < text.length; i++)
      for (let j = i; j < text.length; j++) if (text.charCodeAt(j) === 98) found += 1;
    return found;
  };
  expect(superlinear(1_000, { letters: HOSTILE.letters! }, quadratic)).toHaveLength(1);
});
