import { afterEach, expect, test, vi } from 'vitest';
import { MentionText } from '../../../static/client/completion/mention-text.js';
import { nameUnknownMentions } from '../../../static/client/completion/unknown-mentions.js';

afterEach(() => void vi.unstubAllGlobals());

const emptyMentions = () => new MentionText({ people: () => [], nameOf: () => undefined });

/** A server with one user. */
function serve(): string[] {
  const asked: string[] = [];
  vi.stubGlobal('fetch', async (url: string) => {
    asked.push(url);
    return Response.json([{ id_user: 'zoe', name: 'Zoë Z' }]);
  });
  return asked;
}

test('a draft names users that the room does not know, and keeps their ids', async () => {
  const asked = serve();
  const field = { value: 'hi <@zoe> and <@gone>' };
  const mentions = emptyMentions();
  await nameUnknownMentions(field, mentions, null);
  expect(asked).toEqual(['/api/users?id=zoe&id=gone']);
  expect(field.value).toBe('hi @Zoë Z and <@gone>');
  expect(mentions.toBody(field.value)).toBe('hi <@zoe> and <@gone>');
});

test('a text without unknown users sends no request, and keeps its ids without a server', async () => {
  const asked = serve();
  await nameUnknownMentions({ value: 'hi @Ann' }, emptyMentions(), null);
  expect(asked).toEqual([]);
  vi.stubGlobal('fetch', () => Promise.reject(new Error('offline')));
  const field = { value: 'hi <@zoe>' };
  await nameUnknownMentions(field, emptyMentions(), null);
  expect(field.value).toBe('hi <@zoe>');
});
