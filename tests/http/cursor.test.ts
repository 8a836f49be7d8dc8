import { describe, expect, test } from 'vitest';
import { BEGINNING, decodeCursor, encodeCursor } from '../../server/http/api/schemas/cursor.js';

const encoded = (text: string) => Buffer.from(text).toString('base64url');

describe('cursors', () => {
  test.each([
    { sent: 1_732_000_000_123, id: '0193e0f2-7b7c-7000-8000-000000000001' },
    { sent: 0, id: '' },
    { sent: -1, id: 'Zoë/?&#+ 花' },
    BEGINNING,
  ])('a cursor decodes to the position that it encodes: %j', (position) => {
    expect(decodeCursor(encodeCursor(position), 'before')).toEqual(position);
  });

  test('a cursor needs no escaping in a URL', () => {
    const cursor = encodeCursor({ sent: 1_732_000_000_123, id: '???>>>ÿÿÿ' });
    expect(encodeURIComponent(cursor)).toBe(cursor);
  });

  test.each([
    undefined,
    '',
    'nonsense',
    'a b',
    '%00',
    ['W10', 'W10'],
    encoded('null'),
    encoded('[]'),
    encoded('[1]'),
    encoded('[1,2]'),
    encoded('["1","x"]'),
    encoded('[1.5,"x"]'),
    encoded('[1,"x",2]'),
    encoded('[1e400,"x"]'),
    encoded('[8e15,"x"]'),
    encoded('{"sent":1,"id":"x"}'),
    encoded(`[1,"${'x'.repeat(128)}"]`),
    'W'.repeat(5000),
  ])('a cursor that this server cannot have issued is refused: %j', (cursor) => {
    expect(() => decodeCursor(cursor, 'after')).toThrow(
      expect.objectContaining({ code: 'bad-cursor', details: { field: 'after' } }),
    );
  });
});
