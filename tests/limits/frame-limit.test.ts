import { describe, expect, it } from 'vitest';
import { FrameLimit } from '../../server/limits/frame-limit.js';

const WINDOW_MS = 10_000;
const START = 1_000_000;

/** A limit with a clock that `at` and `addAt` set. */
function open(limit: number) {
  let time = START;
  const frames = new FrameLimit({ limit, windowMs: WINDOW_MS, now: () => time });
  const at = (now: number) => {
    time = now;
    return frames;
  };
  return { frames, at, addAt: (now: number) => at(now).add() };
}

describe('the frame limit of a socket', () => {
  it('the frame limit accepts the allowed frames, refuses the next one, and drops the rest of the window', () => {
    const { at, addAt } = open(3);
    const verdicts = Array.from({ length: 6 }, (_, i) => addAt(START + i));
    expect(verdicts).toEqual(['take', 'take', 'take', 'refuse', 'drop', 'drop']);
    expect(at(START + 4_000).error()).toMatchObject({
      code: 'too-many-frames',
      details: { limit: 3, retryAfterMs: 6_000 },
    });
  });

  it('the frame limit accepts frames in the next window and refuses once per window', () => {
    const { addAt } = open(1);
    const verdicts = [0, 1, 2, WINDOW_MS, WINDOW_MS + 1, WINDOW_MS + 2].map((ms) => addAt(START + ms));
    expect(verdicts).toEqual(['take', 'refuse', 'drop', 'take', 'refuse', 'drop']);
  });

  it('the frame limit ends a socket that sends more than ten times the allowed frames', () => {
    const { addAt } = open(5);
    const verdicts = Array.from({ length: 51 }, () => addAt(START));
    expect(verdicts.indexOf('end')).toBe(50);
  });

  it('a frame limit treats a socket as frequent after a burst, or at more than four frames a second, until it has paused', () => {
    const { frames: limit, addAt } = open(1_000);
    const isFrequentAfter = (frames: number, everyMs: number, from: number) => {
      for (let i = 0; i < frames; i += 1) addAt(from + i * everyMs);
      return limit.isFrequent;
    };
    expect(isFrequentAfter(20, 0, START)).toBe(false);
    expect(isFrequentAfter(1, 0, START)).toBe(true);
    expect(isFrequentAfter(1, 0, START + 5_000)).toBe(false);
    expect(isFrequentAfter(200, 250, START + 5_000)).toBe(false);
    expect(isFrequentAfter(200, 200, START + 60_000)).toBe(true);
    expect(isFrequentAfter(1, 0, START + 115_000)).toBe(false);
  });

  it('a frame limit of 0 accepts any number of frames', () => {
    const { addAt } = open(0);
    expect(new Set(Array.from({ length: 5_000 }, () => addAt(START)))).toEqual(new Set(['take']));
  });
});
