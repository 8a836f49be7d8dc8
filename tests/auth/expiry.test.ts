import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { onExpiry } from '../../server/auth/expiry.js';

const DAY = 24 * 60 * 60 * 1000;

describe('the expiry of a session', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    const { setTimeout } = globalThis;
    vi.spyOn(globalThis, 'setTimeout').mockImplementation((callback, ms) => {
      if (ms! >= 2 ** 31) throw new Error('Node would call back after a millisecond');
      return setTimeout(callback, ms);
    });
  });
  afterEach(() => {
    vi.restoreAllMocks();
    vi.useRealTimers();
  });

  it.each([1, 1000, DAY, 25 * DAY, 400 * DAY])('calls back once, after %i ms', (ms) => {
    const called = vi.fn();
    onExpiry(Date.now() + ms, called);
    vi.advanceTimersByTime(ms - 1);
    expect(called).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(called).toHaveBeenCalledOnce();
    vi.advanceTimersByTime(DAY);
    expect(called).toHaveBeenCalledOnce();
  });

  it('that has passed calls back at once, but not within the call', () => {
    const called = vi.fn();
    onExpiry(Date.now() - DAY, called);
    expect(called).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(called).toHaveBeenCalledOnce();
  });

  it('of a session without an end never comes', () => {
    const called = vi.fn();
    onExpiry(null, called)();
    onExpiry(8.64e15, called);
    vi.advanceTimersByTime(1000 * DAY);
    expect(called).not.toHaveBeenCalled();
  });

  it.each([DAY, 60 * DAY])('can be taken back, %i ms ahead', (ms) => {
    const called = vi.fn();
    const cancel = onExpiry(Date.now() + ms, called);
    vi.advanceTimersByTime(ms - 1);
    cancel();
    vi.advanceTimersByTime(100 * DAY);
    expect(called).not.toHaveBeenCalled();
    expect(vi.getTimerCount()).toBe(0);
  });
});
