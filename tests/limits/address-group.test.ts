import { describe, expect, it } from 'vitest';
import { addressGroup, isLoopback } from '../../server/limits/address-group.js';

describe('an address is counted', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:c000:201', '192.0.2.1'],
    ['192.0.2.1:50123', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:DB8:1:2::', '2001:db8:1:2::/64'],
    ['2001:db8:1:2:ffff:ffff:ffff:ffff', '2001:db8:1:2::/64'],
    ['2001:db8:1:3::1', '2001:db8:1:3::/64'],
    ['[2001:db8::1]:50123', '2001:db8:0:0::/64'],
    ['[2001:db8::1]', '2001:db8:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['unknown', 'unknown'],
    ['x'.repeat(100_000), 'unknown'],
  ])('the address %s is counted as %s', (address, group) => {
    expect(addressGroup(address)).toBe(group);
  });

  it.each([undefined, '', '127.0.0.1', '127.1.2.3', '::1', '::ffff:127.0.0.1', '[::1]:80'])(
    'the address %s is not counted',
    (address) => {
      expect(addressGroup(address)).toBeNull();
    },
  );
});

it.each([
  ['127.0.0.1', true],
  ['::ffff:127.9.9.9', true],
  ['::1', true],
  ['192.0.2.1', false],
  ['127.0.0.1.example', false],
  ['', false],
  [undefined, false],
])('whether %s is an address of this machine is %s', (address, expected) => {
  expect(isLoopback(address)).toBe(expected);
});
