import { describe, expect, test } from 'vitest';
import { pushText } from '../../server/http/pages/push-text.js';
import { pushPayload } from '../../server/notifications/push-payload.js';
import type { Message } from '../../server/protocol/message.js';

const message: Message = {
  id: 'id 1',
  room: 'tea',
  body: '**Hello** <@bob>, see `code`',
  sent: 5,
  author: { id_user: 'ann', name: 'Ann' },
  kind: 'message',
};
const news = { message, author: 'Ann', names: { bob: 'Bob' }, count: 1, isMention: false };

describe('the text of a push', () => {
  test('a message is shown as plain text, with the names of mentioned users', () => {
    expect(pushText('en', news)).toEqual({
      title: 'Ann in #tea',
      text: 'Hello @Bob, see code',
      url: '/r/tea?at=id%201',
      language: 'en',
    });
  });

  test('it is in the language of the user, or in English', () => {
    expect(pushText('de', { ...news, isMention: true }).title).toBe('Ann hat dich in #tea erwähnt');
    expect(pushText('xx', { ...news, isMention: true }).title).toBe('Ann mentioned you in #tea');
    expect(pushText(null, { ...news, count: 5 })).toMatchObject({
      title: '5 new messages in #tea',
      text: 'Ann: Hello @Bob, see code',
      language: 'en',
    });
  });

  test('a message with only a file has a text', () => {
    expect(pushText('en', { ...news, message: { ...message, body: '' } }).text).toBe('sent a file');
  });

  test.each(['x', '😀', '\u0001', '"', 'é'])(
    'the payload of a long text of %j has at most 3 KB',
    (character) => {
      const room = character.repeat(64);
      const body = character.repeat(4_000);
      const announcement = {
        ...pushText('en', { ...news, message: { ...message, room, body } }),
        text: body,
      };
      const { payload, topic } = pushPayload(announcement, { room, sent: 5 });
      expect(Buffer.byteLength(payload)).toBeLessThanOrEqual(3_100);
      expect(JSON.parse(payload)).toMatchObject({ tag: `room:${room}`, url: announcement.url, sent: 5 });
      expect(topic).toBe(`room:${room}`);
    },
  );
});
