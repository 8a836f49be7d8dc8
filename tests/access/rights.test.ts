import { expect, test } from 'vitest';
import { type Action, isFree, refusalOf, UNCLAIMED_RULES } from '../../server/access/rights.js';
import type { Role, RoomInfo } from '../../server/protocol/room.js';

const codeOf = (action: Action, role: Role, rules: Partial<RoomInfo> = {}) =>
  refusalOf(action, { ...UNCLAIMED_RULES, ...rules }, role)?.code ?? null;

test('strangers read and write in open rooms, and members in the others', () => {
  for (const action of ['read', 'post', 'react'] as const) {
    expect(codeOf(action, 'stranger')).toBeNull();
    expect(codeOf(action, 'stranger', { access: 'members' })).toBe('not-a-member');
    expect(codeOf(action, 'member', { access: 'members' })).toBeNull();
    expect(codeOf(action, 'member', { access: 'private' })).toBeNull();
  }
});

test('strangers see that a room for members exists, and can join it unless it accepts requests only', () => {
  expect(codeOf('see', 'stranger', { access: 'members' })).toBeNull();
  expect(codeOf('join', 'stranger', { access: 'members' })).toBeNull();
  expect(codeOf('join', 'stranger', { access: 'members', joining: 'request' })).toBe('request-needed');
});

test('a private room does not exist for strangers, whatever they try', () => {
  for (const action of ['see', 'read', 'post', 'join', 'pin', 'mark-read'] as const)
    expect(codeOf(action, 'stranger', { access: 'private', archived: 1 })).toBe('no-such-room');
});

test('in a room where moderators write, members read and react', () => {
  const posting = 'moderators';
  expect(codeOf('post', 'member', { posting })).toBe('read-only');
  expect(codeOf('post', 'stranger', { posting })).toBe('read-only');
  expect(codeOf('edit', 'member', { posting })).toBe('read-only');
  expect(codeOf('react', 'member', { posting })).toBeNull();
  expect(codeOf('post', 'moderator', { posting })).toBeNull();
});

test('an archived room can only be read, by operators too', () => {
  for (const role of ['member', 'owner', 'operator'] as const) {
    expect(codeOf('post', role, { archived: 1 })).toBe('archived');
    expect(codeOf('react', role, { archived: 1 })).toBe('archived');
    expect(codeOf('read', role, { archived: 1 })).toBeNull();
  }
});

test('the role of a user is looked up only where it matters', () => {
  expect(isFree('post', UNCLAIMED_RULES)).toBe(true);
  expect(isFree('post', { ...UNCLAIMED_RULES, posting: 'moderators' })).toBe(false);
  expect(isFree('post', { ...UNCLAIMED_RULES, archived: 1 })).toBe(false);
  expect(isFree('pin', UNCLAIMED_RULES)).toBe(false);
  expect(isFree('read', { ...UNCLAIMED_RULES, access: 'members' })).toBe(false);
});
