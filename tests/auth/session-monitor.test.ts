import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Authenticator } from '../../server/auth/authenticator.js';
import type { Session } from '../../server/auth/session.js';
import { monitorSession } from '../../server/auth/session-monitor.js';
import { ChatError, type ErrorCode } from '../../server/protocol/errors.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const ada = { id_user: 'ada', name: 'Ada' };

/** Authenticates with the result of `answer`, which tests replace. */
class FakeAuthenticator implements Authenticator {
  readonly mode = 'accounts';
  readonly status = null;
  count = 0;

  constructor(
    readonly recheckMs: number | null,
    public answer: () => Session | null,
  ) {}

  async authenticate(): Promise<Session | null> {
    this.count += 1;
    return this.answer();
  }

  /** Functions that report a change of the session's row. */
  readonly listeners = new Set<() => void>();

  follow(_session: Session, onChange: () => void): () => void {
    this.listeners.add(onChange);
    return () => this.listeners.delete(onChange);
  }

  renewedCookie(): null {
    return null;
  }
}

function watch(authenticator: FakeAuthenticator, expires: number | null, id_session?: string) {
  const errors: string[] = [];
  const stop = monitorSession({
    authenticator,
    credentials: { bearerToken: 't' },
    session: { ...ada, expires, ...(id_session !== undefined && { id_session }) },
    onEnd: (error) => errors.push(error.code),
  });
  return { errors, stop };
}

describe('monitorSession', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const refuse = (code: ErrorCode) => () => {
    throw new ChatError(code, code);
  };

  test('a session ends when its token expires', async () => {
    const { errors } = watch(new FakeAuthenticator(null, refuse('bad-token')), Date.now() + HOUR);
    await vi.advanceTimersByTimeAsync(HOUR - 1);
    expect(errors).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(errors).toEqual(['token-expired']);
  });

  test('a session is authenticated again at intervals', async () => {
    const authenticator = new FakeAuthenticator(5 * MINUTE, () => ({ ...ada, expires: null }));
    const { errors, stop } = watch(authenticator, null);
    await vi.advanceTimersByTimeAsync(HOUR);
    expect(authenticator.count).toBeGreaterThan(8);
    expect(errors).toEqual([]);
    stop();
    expect(vi.getTimerCount()).toBe(0);
  });

  test.each(['bad-token', 'token-expired'] as const)(
    'a session ends when its token is revoked: %s',
    async (code) => {
      const { errors } = watch(new FakeAuthenticator(5 * MINUTE, refuse(code)), Date.now() + HOUR);
      await vi.advanceTimersByTimeAsync(2 * HOUR);
      expect(errors).toEqual([code]);
      expect(vi.getTimerCount()).toBe(0);
    },
  );

  test('a session ends when its token belongs to another user or to none', async () => {
    const others = watch(
      new FakeAuthenticator(5 * MINUTE, () => ({ id_user: 'bob', name: 'Bob', expires: null })),
      null,
    );
    const nobodys = watch(new FakeAuthenticator(5 * MINUTE, () => null), null);
    await vi.advanceTimersByTimeAsync(HOUR);
    expect([others.errors, nobodys.errors]).toEqual([['bad-token'], ['bad-token']]);
  });

  test('a session continues until it expires while the auth service is unavailable', async () => {
    const { errors } = watch(
      new FakeAuthenticator(5 * MINUTE, refuse('auth-unavailable')),
      Date.now() + HOUR,
    );
    await vi.advanceTimersByTimeAsync(HOUR - 1);
    expect(errors).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(errors).toEqual(['token-expired']);
  });

  test('a session is extended when a later authentication returns a later expiry', async () => {
    const authenticator = new FakeAuthenticator(5 * MINUTE, () => ({ ...ada, expires: Date.now() + HOUR }));
    const { errors, stop } = watch(authenticator, Date.now() + HOUR);
    await vi.advanceTimersByTimeAsync(3 * HOUR);
    expect(errors).toEqual([]);
    stop();
  });

  test('a session on the page is authenticated when its row changes, and ends when the row is deleted', async () => {
    let answer = (): Session => ({ ...ada, expires: Date.now() + HOUR });
    const authenticator = new FakeAuthenticator(null, () => answer());
    const { errors } = watch(authenticator, Date.now() + MINUTE, 'row');
    for (const listener of authenticator.listeners) listener();
    await vi.advanceTimersByTimeAsync(30 * MINUTE);
    expect(errors).toEqual([]);
    answer = refuse('session-ended');
    for (const listener of authenticator.listeners) listener();
    await vi.advanceTimersByTimeAsync(0);
    expect(errors).toEqual(['session-ended']);
    expect(authenticator.listeners.size).toBe(0);
  });

  test('a session on the page that has expired is authenticated again before it ends', async () => {
    let answer = (): Session => ({ ...ada, expires: Date.now() + HOUR });
    const { errors } = watch(new FakeAuthenticator(null, () => answer()), Date.now() + MINUTE, 'row');
    await vi.advanceTimersByTimeAsync(30 * MINUTE);
    expect(errors).toEqual([]);
    answer = refuse('database-unavailable');
    await vi.advanceTimersByTimeAsync(HOUR);
    expect(errors).toEqual(['auth-unavailable']);
  });

  test('a stopped monitor reports nothing, even if an authentication is pending', async () => {
    let refused = () => {};
    const authenticator = new FakeAuthenticator(5 * MINUTE, refuse('bad-token'));
    authenticator.authenticate = () =>
      new Promise((_, reject) => {
        refused = () => reject(new ChatError('bad-token', 'revoked'));
      });
    const { errors, stop } = watch(authenticator, Date.now() + HOUR);
    await vi.advanceTimersByTimeAsync(10 * MINUTE);
    stop();
    refused();
    await vi.advanceTimersByTimeAsync(2 * HOUR);
    expect(errors).toEqual([]);
  });
});
