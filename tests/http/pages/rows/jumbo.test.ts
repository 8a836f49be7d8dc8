import { expect, test } from 'vitest';
import { isJumbo } from '../../../../server/http/pages/rows/jumbo.js';

test('up to three emoji without other text are shown large', () => {
  for (const body of ['🌱', '👩‍👩‍👧', '🇦🇹', '👍🏽', '❤️', '🌱 💧 🐛', '🏴󠁧󠁢󠁥󠁮󠁧󠁿']) expect(isJumbo(body)).toBe(true);
  for (const body of ['', 'a', '🌱a', '1', '#', '🌱🌱🌱🌱']) expect(isJumbo(body)).toBe(false);
});
