import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Authenticator, Session } from '../../server/auth/authenticator.js';
import { monitorSession } from '../../server/auth/session-monitor.js';
import { ChatError } from '../../server/protocol/errors.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const ada = { id_user: 'ada', name: 'Ada' };

/** Lets in by `answer`, which tests replace. */
class Door implements Authenticator {
  readonly mode = 'accounts';
  readonly status = null;
  asked = 0;

  constructor(
    readonly recheckMs: number | null,
    public answer: () => Session | null,
  ) {}

  async authenticate(): Promise<Session | null> {
    this.asked += 1;
    return this.answer();
  }
}

function watch(door: Door, expires: number | null) {
  const errors: string[] = [];
  const stop = monitorSession({
    authenticator: door,
    credentials: { bearerToken: 't' },
    session: { ...ada, expires },
    onEnd: (error) => errors.push(error.code),
  });
  return { errors, stop };
}

describe('the rights of an open socket', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const refuse = (code: 'bad-token' | 'token-expired' | 'auth-unavailable') => () => {
    throw new ChatError(code, code);
  };

  it('end when the token expires', async () => {
    const { errors } = watch(new Door(null, refuse('bad-token')), Date.now() + HOUR);
    await vi.advanceTimersByTimeAsync(HOUR - 1);
    expect(errors).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(errors).toEqual(['token-expired']);
  });

  it('are looked at again for as long as they hold', async () => {
    const door = new Door(5 * MINUTE, () => ({ ...ada, expires: null }));
    const { errors, stop } = watch(door, null);
    await vi.advanceTimersByTimeAsync(HOUR);
    expect(door.asked).toBeGreaterThan(8);
    expect(errors).toEqual([]);
    stop();
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each(['bad-token', 'token-expired'] as const)('end when they are withdrawn: %s', async (code) => {
    const { errors } = watch(new Door(5 * MINUTE, refuse(code)), Date.now() + HOUR);
    await vi.advanceTimersByTimeAsync(2 * HOUR);
    expect(errors).toEqual([code]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('end when the token has become somebody else’s, or nobody’s', async () => {
    const others = watch(new Door(5 * MINUTE, () => ({ id_user: 'bob', name: 'Bob', expires: null })), null);
    const nobodys = watch(new Door(5 * MINUTE, () => null), null);
    await vi.advanceTimersByTimeAsync(HOUR);
    expect([others.errors, nobodys.errors]).toEqual([['bad-token'], ['bad-token']]);
  });

  it('hold while nobody can be asked, until they expire', async () => {
    const { errors } = watch(new Door(5 * MINUTE, refuse('auth-unavailable')), Date.now() + HOUR);
    await vi.advanceTimersByTimeAsync(HOUR - 1);
    expect(errors).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(errors).toEqual(['token-expired']);
  });

  it('last longer where a later look says so', async () => {
    const door = new Door(5 * MINUTE, () => ({ ...ada, expires: Date.now() + HOUR }));
    const { errors, stop } = watch(door, Date.now() + HOUR);
    await vi.advanceTimersByTimeAsync(3 * HOUR);
    expect(errors).toEqual([]);
    stop();
  });

  it('are nobody’s concern after the watch has ended, even with a look under way', async () => {
    let refused = () => {};
    const door = new Door(5 * MINUTE, refuse('bad-token'));
    door.authenticate = () =>
      new Promise((_, reject) => {
        refused = () => reject(new ChatError('bad-token', 'withdrawn'));
      });
    const { errors, stop } = watch(door, Date.now() + HOUR);
    await vi.advanceTimersByTimeAsync(10 * MINUTE);
    stop();
    refused();
    await vi.advanceTimersByTimeAsync(2 * HOUR);
    expect(errors).toEqual([]);
  });
});
