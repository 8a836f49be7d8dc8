import { describe, expect, test } from 'vitest';
import { isCrossOrigin } from '../../server/auth/origin.js';

describe('isCrossOrigin', () => {
  test.each([
    ['http://chat.example', 'chat.example'],
    ['https://chat.example', 'chat.example'],
    ['https://chat.example', 'chat.example:443'],
    ['http://chat.example:5000', 'chat.example:5000'],
    ['http://CHAT.example', 'chat.Example'],
    ['http://[::1]:5000', '[::1]:5000'],
  ])('the origin %s belongs to the host %s', (origin, host) => {
    expect(isCrossOrigin(origin, host)).toBe(false);
  });

  test('a request without Origin is not cross-origin', () => {
    expect(isCrossOrigin(undefined, 'chat.example')).toBe(false);
  });

  test.each([
    ['https://evil.example', 'chat.example'],
    ['https://chat.example.evil.example', 'chat.example'],
    ['https://sub.chat.example', 'chat.example'],
    ['http://chat.example:5001', 'chat.example:5000'],
    ['http://chat.example', 'chat.example:5000'],
    ['null', 'chat.example'],
    ['', 'chat.example'],
    ['file://', 'chat.example'],
    ['file://', ''],
    ['https://chat.example', undefined],
  ])('the origin %s does not belong to the host %s', (origin, host) => {
    expect(isCrossOrigin(origin, host)).toBe(true);
  });
});
