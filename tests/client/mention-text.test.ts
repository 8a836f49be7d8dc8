import { describe, expect, test } from 'vitest';
import { MentionText } from '../../static/client/completion/mention-text.js';

const ann = { id_user: 'a', name: 'Ann' };
const annLee = { id_user: 'l', name: 'Ann Lee' };
const twins = [
  { id_user: 'm1', name: 'Mia' },
  { id_user: 'm2', name: 'Mia' },
];
const people = [ann, annLee, ...twins, { id_user: 'z', name: 'Zoë' }];

function open(known = people): MentionText {
  return new MentionText({
    people: () => known,
    nameOf: (id_user) => known.find((one) => one.id_user === id_user)?.name,
  });
}

describe('mentions in a text field', () => {
  test.each([
    ['hi @Ann!', 'hi <@a>!'],
    ['@Ann Lee and @Ann', '<@l> and <@a>'],
    ['@Ann @Ann', '<@a> <@a>'],
    ['(@Zoë)', '(<@z>)'],
    ['@Anna, ann@Ann.example, <@Ann>, @Carl', '@Anna, ann@Ann.example, <@Ann>, @Carl'],
    ['`@Ann` and\n```\n@Ann\n``` @Ann', '`@Ann` and\n```\n@Ann\n``` <@a>'],
    ['@', '@'],
    ['no mention', 'no mention'],
  ])('%j becomes %j', (text, body) => {
    expect(open().toBody(text)).toBe(body);
  });

  test('a name of several people is a mention only if one of them was chosen', () => {
    const mentions = open();
    expect(mentions.toBody('@Mia')).toBe('@Mia');
    mentions.choose(twins[1]!);
    expect(mentions.toBody('@Mia')).toBe('<@m2>');
  });

  test('a body that is edited shows names, and keeps its users', () => {
    const known = people.map((one) => ({ ...one }));
    const mentions = open(known);
    expect(mentions.toText('hi <@m1>, <@unknown> and <@l>')).toBe('hi @Mia, <@unknown> and @Ann Lee');
    known.find(({ id_user }) => id_user === 'l')!.name = 'Renamed';
    expect(mentions.toBody('hi @Mia, <@unknown> and @Ann Lee')).toBe('hi <@m1>, <@unknown> and <@l>');
  });

  test('a text of thousands of at signs is converted in linear time', () => {
    const mentions = open();
    for (const text of ['@'.repeat(4000), '@Ann'.repeat(1000), '@A '.repeat(1300)])
      expect(mentions.toBody(text).length).toBeGreaterThan(0);
  });
});
