import { expect, test } from 'vitest';
import { type AwayReason, describeStatus, explain } from '../../static/client/status.js';

test('the page says how its connection is, the browser first, then the socket, then the room', () => {
  const open = { name: 'open' } as const;
  expect(describeStatus({ name: 'offline' }, 'away', null, 0).name).toBe('offline');
  expect(describeStatus({ name: 'waiting', until: 2_500 }, 'away', null, 1_000)).toMatchObject({
    countdown: 2,
  });
  expect(describeStatus({ name: 'waiting', until: 0 }, 'away', null, 1_000)).toMatchObject({ countdown: 0 });
  expect(describeStatus({ name: 'connecting' }, 'away', null, 0).name).toBe('connecting');
  expect(describeStatus(open, 'joining', 'The room cannot be read', 0)).toMatchObject({
    name: 'connecting',
    notice: 'The room cannot be read',
  });
  expect(describeStatus(open, 'live', null, 0).name).toBe('live');
  expect(describeStatus(open, 'stale', null, 0).name).toBe('stale');
  expect(describeStatus(open, 'refused', 'Members only', 0)).toEqual({
    name: 'refused',
    text: 'Not in the room',
    notice: 'Members only',
  });
});

test('a server that sends a browser away is waited for, with the reason', () => {
  const waiting = (reason: AwayReason) =>
    describeStatus({ name: 'waiting', until: 3_000, reason }, 'away', null, 1_000);
  expect(waiting('restart')).toEqual({
    name: 'reconnecting',
    text: 'The server restarts, back',
    countdown: 2,
  });
  expect(waiting('too-many-sockets').notice).toContain('Too many windows');
  expect(waiting('auth-unavailable').notice).toContain('who you are');
});

test('what needs the reader is said in words, and anything else as the server says it', () => {
  expect(explain('token-expired', 'x')).toContain('Sign in at your provider');
  expect(explain('login-required', 'x')).toContain('Sign in at your provider');
  expect(explain('bad-room', 'room is empty')).toBe('room is empty');
});
