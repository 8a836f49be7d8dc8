import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { onExpiry } from '../../server/auth/expiry.js';

const DAY = 24 * 60 * 60 * 1000;

describe('onExpiry', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    const { setTimeout } = globalThis;
    vi.spyOn(globalThis, 'setTimeout').mockImplementation((callback, ms) => {
      if (ms! >= 2 ** 31) throw new Error('Node would fire the timer after a millisecond');
      return setTimeout(callback, ms);
    });
  });
  afterEach(() => {
    vi.restoreAllMocks();
    vi.useRealTimers();
  });

  test.each([1, 1000, DAY, 25 * DAY, 400 * DAY])('onExpiry calls back once after %i ms', (ms) => {
    const called = vi.fn();
    onExpiry(Date.now() + ms, called);
    vi.advanceTimersByTime(ms - 1);
    expect(called).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(called).toHaveBeenCalledOnce();
    vi.advanceTimersByTime(DAY);
    expect(called).toHaveBeenCalledOnce();
  });

  test('onExpiry of a past time calls back immediately, but not synchronously', () => {
    const called = vi.fn();
    onExpiry(Date.now() - DAY, called);
    expect(called).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(called).toHaveBeenCalledOnce();
  });

  test('onExpiry never calls back for a session that does not expire', () => {
    const called = vi.fn();
    onExpiry(null, called)();
    onExpiry(8.64e15, called);
    vi.advanceTimersByTime(1000 * DAY);
    expect(called).not.toHaveBeenCalled();
  });

  test.each([DAY, 60 * DAY])('onExpiry can be cancelled %i ms ahead', (ms) => {
    const called = vi.fn();
    const cancel = onExpiry(Date.now() + ms, called);
    vi.advanceTimersByTime(ms - 1);
    cancel();
    vi.advanceTimersByTime(100 * DAY);
    expect(called).not.toHaveBeenCalled();
    expect(vi.getTimerCount()).toBe(0);
  });
});
