import { describe, expect, it } from 'vitest';
import { isCrossOrigin } from '../../server/auth/origin.js';

describe('the origin of a page', () => {
  it.each([
    ['http://chat.example', 'chat.example'],
    ['https://chat.example', 'chat.example'],
    ['https://chat.example', 'chat.example:443'],
    ['http://chat.example:5000', 'chat.example:5000'],
    ['http://CHAT.example', 'chat.Example'],
    ['http://[::1]:5000', '[::1]:5000'],
  ])('%s is at home on %s', (origin, host) => {
    expect(isCrossOrigin(origin, host)).toBe(false);
  });

  it('is at home where there is none: programs other than browsers', () => {
    expect(isCrossOrigin(undefined, 'chat.example')).toBe(false);
  });

  it.each([
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
  ])('%s is foreign on %s', (origin, host) => {
    expect(isCrossOrigin(origin, host)).toBe(true);
  });
});
