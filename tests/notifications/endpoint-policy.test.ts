import { describe, expect, test } from 'vitest';
import {
  cleanEndpoint,
  isPublicAddress,
  lookupOf,
  PUBLIC_ENDPOINTS,
} from '../../server/notifications/endpoint-policy.js';

describe('endpoints of push services', () => {
  test.each([
    'https://fcm.googleapis.com/fcm/send/abc',
    'https://updates.push.services.mozilla.com/wpush/v2/abc?x=1',
    'https://8.8.8.8/push',
  ])('a public https address is accepted: %s', (endpoint) => {
    expect(cleanEndpoint(endpoint, PUBLIC_ENDPOINTS)).toBe(endpoint);
  });

  test.each([
    [undefined],
    [42],
    [''],
    ['push'],
    ['http://push.example.org/'],
    ['https://user:password@push.example.org/'],
    ['https://push.example.org:8443/'],
    ['https://localhost/'],
    ['https://redis/'],
    ['https://127.0.0.1/'],
    ['https://2130706433/'],
    ['https://0x7f.1/'],
    ['https://169.254.169.254/latest/meta-data'],
    ['https://[::1]/'],
    ['https://[::ffff:10.0.0.1]/'],
    [`https://push.example.org/${'x'.repeat(1_000)}`],
  ])('an address that is not public is refused: %s', (endpoint) => {
    expect(() => cleanEndpoint(endpoint, PUBLIC_ENDPOINTS)).toThrow(
      expect.objectContaining({
        code: 'bad-subscription',
        details: expect.objectContaining({ field: 'endpoint' }),
      }),
    );
  });

  test.each([
    ['1.1.1.1', true],
    ['2606:4700::1111', true],
    ['10.1.2.3', false],
    ['100.64.0.1', false],
    ['192.168.0.1', false],
    ['198.18.0.1', false],
    ['0.0.0.0', false],
    ['224.0.0.1', false],
    ['::', false],
    ['fd00::1', false],
    ['fec0::1', false],
    ['fe80::1', false],
    ['64:ff9b::a00:1', false],
    ['2002:a00:1::', false],
    ['push', false],
  ])('the address %s is public: %s', (address, isPublic) => {
    expect(isPublicAddress(address)).toBe(isPublic);
  });

  test('a host name is refused when it resolves to an address that is not public', async () => {
    const error = await new Promise<Error | null>((settle) =>
      lookupOf(PUBLIC_ENDPOINTS)('localhost', { all: true }, (reason) => settle(reason)),
    );
    expect(error?.message).toBe('localhost has no public address');
  });
});
