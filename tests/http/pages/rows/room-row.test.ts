import { expect, test } from 'vitest';
import { toHtml } from '../../../../server/http/pages/html.js';
import { unclaimedRoom } from '../../../../server/http/pages/rows/room-list.js';
import { roomRow, roomSection } from '../../../../server/http/pages/rows/room-row.js';

const tea = { ...unclaimedRoom('tea'), topic: 'Recipes', joined: true, users: 2, unread: 120 };

test('a room in the list shows its topic, its users and how many messages are unread', () => {
  const html = toHtml(roomRow(tea, { href: '/r/tea', isCurrent: false }));
  expect(html).toContain('<bdi class="room-topic">Recipes</bdi>');
  expect(html).toContain('<span class="room-users">2</span><span class="room-unread">99+</span>');
  expect(html).toContain('class="has-unread"');
  expect(html).not.toContain('aria-current');
});

test('the current room is marked, and a room with an unsent message says so', () => {
  const html = toHtml(roomRow(unclaimedRoom('x'), { href: '/r/x', isCurrent: true, isUnsent: true }));
  expect(html).toContain('aria-current="page"');
  expect(html).toContain('aria-label="x, has an unsent message"');
  expect(html).not.toContain('room-users');
});

test('a room for members has a lock instead of a hash sign', () => {
  const mark = (access: 'open' | 'members') =>
    toHtml(roomRow({ ...tea, access }, { href: '/r/tea', isCurrent: false })).match(
      /<span class="room-mark">(.*?)<\/span>/,
    )?.[1];
  expect(mark('open')).toBe('#');
  expect(mark('members')).toMatch(/^<svg class="icon"/);
});

test('a group of rooms has its title as a heading', () => {
  expect(toHtml(roomSection('More rooms', 'list'))).toBe('<section><h2>More rooms</h2>list</section>');
});
