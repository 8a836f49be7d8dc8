import { describe, expect, test } from 'vitest';
import {
  DEFAULT_NOTIFICATIONS,
  isNotifying,
  isQuiet,
  type NotificationSettings,
  type NotifyingMessage,
  readNotifications,
} from '../../server/protocol/notifications.js';

/** 21:30 in Berlin, in winter. */
const NOW = Date.UTC(2026, 0, 15, 20, 30);

const message = (given: Partial<NotifyingMessage>): NotifyingMessage => ({
  room: 'tea',
  isFollowed: true,
  isMention: false,
  isOwn: false,
  ...given,
});
const settings = (given: Partial<NotificationSettings>): NotificationSettings => ({
  ...DEFAULT_NOTIFICATIONS,
  ...given,
});

describe('messages that notify a user', () => {
  test.each<[string, Partial<NotificationSettings>, Partial<NotifyingMessage>, boolean]>([
    ['a message of a followed room', {}, {}, true],
    ['a message of another room', {}, { isFollowed: false }, false],
    ['a mention in another room', {}, { isFollowed: false, isMention: true }, true],
    ['an own message', {}, { isOwn: true }, false],
    ['an own message that mentions its author', {}, { isOwn: true, isMention: true }, false],
    ['a message, with mentions only', { level: 'mentions' }, {}, false],
    ['a mention, with mentions only', { level: 'mentions' }, { isMention: true }, true],
    ['a mention, with none', { level: 'none' }, { isMention: true }, false],
    [
      'a mention in another room, with none',
      { level: 'none' },
      { isMention: true, isFollowed: false },
      false,
    ],
    ['a message of a room with the level all', { level: 'none', rooms: { tea: 'all' } }, {}, true],
    [
      'a message of a room that is not followed, with the level all',
      { rooms: { tea: 'all' } },
      { isFollowed: false },
      false,
    ],
    ['a mention in a room with the level none', { rooms: { tea: 'none' } }, { isMention: true }, false],
    ['a message of a room with the level mentions', { rooms: { tea: 'mentions' } }, {}, false],
    ['a message of a room without the level of another', { rooms: { cake: 'none' } }, {}, true],
    ['a room with the name of a property of objects', { rooms: {} }, { room: 'constructor' }, true],
    ['a mention during a pause', { paused_until: NOW + 1 }, { isMention: true }, false],
    ['a message after a pause', { paused_until: NOW }, {}, true],
    [
      'a mention in quiet hours',
      { quiet: { from: '21:00', to: '07:00', zone: 'Europe/Berlin' } },
      { isMention: true },
      false,
    ],
  ])('%s: %j', (_title, given, about, isExpected) => {
    expect(isNotifying(settings(given), message(about), NOW)).toBe(isExpected);
  });

  test.each([
    ['21:30', '07:00', true],
    ['21:31', '07:00', false],
    ['07:00', '21:30', false],
    ['07:00', '21:31', true],
    ['00:00', '23:59', true],
    ['12:00', '12:00', false],
  ])('quiet hours from %s to %s at 21:30: %s', (from, to, isExpected) => {
    const quiet = { from, to, zone: 'Europe/Berlin' };
    expect(isQuiet({ paused_until: null, quiet }, NOW)).toBe(isExpected);
  });

  test('quiet hours follow the time zone, with its daylight saving time', () => {
    const quiet = { from: '22:00', to: '22:15', zone: 'Europe/Berlin' };
    expect(isQuiet({ paused_until: null, quiet }, Date.UTC(2026, 6, 15, 20, 5))).toBe(true);
    expect(isQuiet({ paused_until: null, quiet }, Date.UTC(2026, 0, 15, 20, 5))).toBe(false);
    expect(
      isQuiet(
        { paused_until: null, quiet: { ...quiet, zone: 'Asia/Kathmandu' } },
        Date.UTC(2026, 0, 15, 16, 20),
      ),
    ).toBe(true);
  });

  test.each([
    [null],
    ['all'],
    [[]],
    [{ level: 1, rooms: 'tea', sound: 'yes', paused_until: '9', quiet: true }],
    [{ rooms: { tea: 'some' }, quiet: { from: '1', to: '2', zone: 'UTC' } }],
    [{ quiet: { from: '01:00', to: '02:00', zone: 'Mars/Phobos' }, paused_until: Number.NaN }],
  ])('values of another form in a row count as the defaults: %j', (row) => {
    expect(readNotifications(row)).toEqual(DEFAULT_NOTIFICATIONS);
  });
});
