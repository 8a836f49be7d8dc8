import { expect, test } from 'vitest';
import { toHtml } from '../../../../server/http/pages/html.js';
import { unclaimedRoom } from '../../../../server/http/pages/rows/room-list.js';
import { roomRow, roomSection } from '../../../../server/http/pages/rows/room-row.js';

const tea = { ...unclaimedRoom('tea'), topic: 'Recipes', joined: true, users: 2, unread: 120 };
const link = { href: '/r/x', isCurrent: false };
/** The text that screen readers read: everything without the mark before the name. */
const spoken = (...row: Parameters<typeof roomRow>) =>
  toHtml(roomRow(...row))
    .replace(/<span class="room-mark".*?<\/span>/, '')
    .replace(/<[^>]*>/g, '');

test('a room in the list shows its topic, its users and how many messages are unread', () => {
  const html = toHtml(roomRow(tea, link));
  expect(html).toContain('<bdi class="room-topic" title="Recipes">Recipes</bdi>');
  expect(html).toMatch(/<span class="room-users">.*2.*<span class="room-unread">.*99\+/);
  expect(html).toContain('class="has-unread"');
  expect(html).not.toContain('aria-current');
});

test('a screen reader reads what a row shows, as a sentence', () => {
  expect(spoken(unclaimedRoom('tea'), link)).toBe('tea');
  expect(spoken({ ...unclaimedRoom('tea'), unread: 1, users: 0 }, link)).toBe('tea, 1 unread message');
  expect(spoken({ ...tea, access: 'members' }, link)).toBe(
    'tea, for members, Recipes, 2 here, 99+ unread messages',
  );
  expect(spoken(unclaimedRoom('x'), { ...link, isUnsent: true })).toBe('x, unsent message');
  expect(spoken(unclaimedRoom('x'), { ...link, hasDraft: true })).toBe('x, draft');
});

test('the current room is marked', () => {
  const html = toHtml(roomRow(unclaimedRoom('x'), { href: '/r/x', isCurrent: true }));
  expect(html).toContain('aria-current="page"');
  expect(html).not.toContain('room-users');
});

test('a room for members has a lock instead of a hash sign', () => {
  const mark = (access: 'open' | 'members') =>
    toHtml(roomRow({ ...tea, access }, link)).match(
      /<span class="room-mark" aria-hidden="true">(.*?)<\/span>/,
    )?.[1];
  expect(mark('open')).toBe('#');
  expect(mark('members')).toMatch(/^<svg class="icon"/);
});

test('a group of rooms has its title as a heading', () => {
  expect(toHtml(roomSection('More rooms', 'list'))).toBe('<section><h2>More rooms</h2>list</section>');
});
