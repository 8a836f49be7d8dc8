import { type RefusalReason, RequestError } from 'changeroom-client';
import { expect, test } from 'vitest';
import { describeStatus, explain } from '../../static/client/status.js';

test('the status shows the network first, then the socket, then the room', () => {
  const open = { name: 'open' } as const;
  expect(describeStatus({ name: 'offline' }, 'disconnected', null, 0).name).toBe('offline');
  expect(describeStatus({ name: 'waiting', until: 2_500 }, 'disconnected', null, 1_000)).toMatchObject({
    countdown: 2,
  });
  expect(describeStatus({ name: 'waiting', until: 0 }, 'disconnected', null, 1_000)).toMatchObject({
    countdown: 0,
  });
  expect(describeStatus({ name: 'connecting' }, 'disconnected', null, 0).name).toBe('connecting');
  const unreadable = new RequestError('database-unavailable', 'The room cannot be read');
  expect(describeStatus(open, 'joining', unreadable, 0)).toMatchObject({
    name: 'connecting',
    notice: 'The room cannot be read',
  });
  expect(describeStatus(open, 'live', null, 0).name).toBe('live');
  expect(describeStatus(open, 'stale', null, 0).name).toBe('stale');
  expect(describeStatus(open, 'live', null, 0, 5_000).name).toBe('live');
  expect(describeStatus(open, 'live', null, 0, 9_000)).toEqual({
    name: 'stale',
    text: 'No answer from the server',
  });
  expect(describeStatus(open, 'refused', new RequestError('bad-room', 'No such name'), 0)).toEqual({
    name: 'refused',
    text: 'Not in the room',
    notice: 'No such name',
  });
});

test.each(['login-required', 'bad-token', 'token-expired', 'session-ended'] as const)(
  'the status asks a reader to sign in after the error %s',
  (code) => {
    const status = describeStatus({ name: 'open' }, 'refused', new RequestError(code, 'x'), 0);
    expect(status).toMatchObject({ name: 'refused', text: 'Signed out', isSignedOut: true });
  },
);

test('the status names the reason for which the server refuses a socket', () => {
  const waiting = (reason: RefusalReason) =>
    describeStatus({ name: 'waiting', until: 3_000, reason }, 'disconnected', null, 1_000);
  expect(waiting('restart')).toEqual({
    name: 'reconnecting',
    text: 'Server restarting, reconnecting',
    countdown: 2,
  });
  expect(waiting('too-many-sockets').notice).toContain('Too many windows');
  expect(waiting('auth-unavailable').notice).toContain('sign-in service');
});

test('the status asks for a reload if the server speaks a newer protocol', () => {
  const incompatible = { name: 'incompatible', serverVersion: '2.0', clientVersion: '1.0' } as const;
  expect(describeStatus(incompatible, 'disconnected', null, 0).notice).toContain('Load this page again');
});

test('errors that the reader can act on are explained, and others have the text of the server', () => {
  expect(explain('token-expired', 'x')).toContain('has expired');
  expect(explain('login-required', 'x')).toContain('not signed in');
  expect(explain('bad-room', 'room is empty')).toBe('The name of the room is empty');
});
