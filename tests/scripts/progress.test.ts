import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Progress } from '../../scripts/move/progress.js';

/** The output for 2,000 rows in 20 seconds. */
function shown(isTTY: boolean): string {
  const written: string[] = [];
  const progress = new Progress('messages', 2_000, { isTTY, write: (text: string) => written.push(text) });
  for (let i = 0; i < 2_000; i += 1) {
    vi.setSystemTime(Date.now() + 10);
    progress.add();
  }
  progress.end();
  return written.join('');
}

describe('Progress', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test('Progress draws a bar on a terminal and removes it at the end', () => {
    const lines = shown(true).split('\r\x1b[K');
    expect(lines).toContain(`messages ${'█'.repeat(15)}${'░'.repeat(15)}  50 % of 2,000 rows`);
    expect(lines).toContain(`messages ${'█'.repeat(30)} 100 % of 2,000 rows`);
    expect(lines.at(-1)).toBe('');
    expect(lines.join('')).not.toContain('\n');
  });

  test('Progress prints a line every ten seconds without a terminal', () => {
    expect(shown(false)).toBe('messages: 1,000 of 2,000 rows\nmessages: 2,000 of 2,000 rows\n');
  });
});
