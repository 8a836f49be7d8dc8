import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { CompletionList } from '../../../static/client/completion/completion-list.js';
import { MentionCompletions } from '../../../static/client/completion/mention-completions.js';
import { MentionText, type Person } from '../../../static/client/completion/mention-text.js';
import { PeopleLookup } from '../../../static/client/completion/people-lookup.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const person = (id_user: string, name: string): Person => ({ id_user, name });
const HERE = [person('ada', 'Ada'), person('bob', 'Bob Adams')];

/** A list of completions in a room of `HERE`, on a server with further people. */
function open(elsewhere: Person[]) {
  const asked: string[] = [];
  const search = async (start: string) => {
    asked.push(start);
    return elsewhere.filter(({ name }) => name.toLowerCase().startsWith(start)).slice(0, 10);
  };
  const mentions = new MentionText({ people: () => HERE, nameOf: () => undefined });
  const source = new MentionCompletions({
    mentions,
    people: () => HERE,
    load: async () => {},
    others: new PeopleLookup(search),
  });
  const list = new CompletionList([source]);
  const type = async (text: string) => {
    list.typed(text, text.length);
    list.source?.refresh(() => list.changed(), list.query);
    await vi.advanceTimersByTimeAsync(300);
    return list.matches.map(({ key }) => key);
  };
  return { asked, list, mentions, type };
}

test('people outside of the room follow those of the room, without a change of the selection', async () => {
  const { type, list } = open([person('adele', 'Adele'), person('ada', 'Ada')]);
  const typed = type('@ad');
  list.move(1);
  expect(await typed).toEqual(['ada', 'bob', 'adele']);
  expect(list.active?.key).toBe('bob');
});

test('a mention of a person outside of the room is sent with the id', async () => {
  const { type, list, mentions } = open([person('zoe', 'Zoë Z')]);
  expect(await type('hi @zo')).toEqual(['zoe']);
  list.active?.chosen?.();
  expect(mentions.toBody('hi @Zoë Z!')).toBe('hi <@zoe>!');
});

test('a beginning is looked up once, and not again while its results were complete', async () => {
  const { type, asked } = open([person('eve', 'Eve'), person('eva', 'Eva')]);
  for (const text of ['@', '@e', '@ev', '@eve', '@ev', '@x', '@xy']) await type(text);
  expect(asked).toEqual(['e', 'x']);
  const many = Array.from({ length: 12 }, (_, i) => person(`${i}`, `Max ${i}`));
  const other = open(many);
  await other.type('@m');
  expect(await other.type('@max 11')).toEqual(['11']);
  expect(other.asked).toEqual(['m', 'max 11']);
});

test('a server that cannot be reached leaves the people of the room', async () => {
  const source = new MentionCompletions({
    mentions: new MentionText({ people: () => HERE, nameOf: () => undefined }),
    people: () => HERE,
    load: () => Promise.reject(new Error('offline')),
    others: new PeopleLookup(() => Promise.reject(new Error('offline'))),
  });
  source.refresh(() => {}, 'a');
  await vi.advanceTimersByTimeAsync(300);
  expect(source.matches('a').map(({ key }) => key)).toEqual(['ada', 'bob']);
});
