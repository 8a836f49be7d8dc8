import { describe, expect, test } from 'vitest';
import { Sealer } from '../../../server/auth/login/sealer.js';

describe('Sealer', () => {
  const sealer = new Sealer('a secret of the test', 'this');

  test('a sealed text is opened with the same key, purpose and context only', () => {
    const sealed = sealer.seal('a refresh token', 'row 1');
    expect(sealer.open(sealed, 'row 1')).toBe('a refresh token');
    expect(sealer.open(sealed, 'row 2')).toBeNull();
    expect(new Sealer('a secret of the test', 'that').open(sealed, 'row 1')).toBeNull();
    expect(new Sealer('another secret', 'this').open(sealed, 'row 1')).toBeNull();
  });

  test('a sealed text does not show its content, and differs each time', () => {
    const sealed = sealer.seal('a refresh token', 'row 1');
    expect(Buffer.from(sealed, 'base64url').toString('latin1')).not.toContain('refresh');
    expect(sealer.seal('a refresh token', 'row 1')).not.toBe(sealed);
  });

  test('each changed, cut or invented text is refused', () => {
    const bytes = Buffer.from(sealer.seal('text', ''), 'base64url');
    for (let i = 0; i < bytes.length; i += 1) {
      const changed = Buffer.from(bytes);
      changed.writeUInt8(changed.readUInt8(i) ^ 1, i);
      expect(sealer.open(changed.toString('base64url'), '')).toBeNull();
      expect(sealer.open(bytes.subarray(0, i).toString('base64url'), '')).toBeNull();
    }
    for (const text of ['', '!', 'x'.repeat(10_000)]) expect(sealer.open(text, '')).toBeNull();
  });
});
