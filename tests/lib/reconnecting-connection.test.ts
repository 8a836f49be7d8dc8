import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ReconnectingConnection } from '../../server/lib/reconnecting-connection.js';

const MAX_DELAY_MS = 1_000;

interface Attempt {
  succeed(link: string): void;
  fail(reason: Error): void;
  lose(reason: Error): void;
}

function setUp() {
  const attempts: Attempt[] = [];
  const closed: string[] = [];
  const events: string[] = [];
  const lines: string[] = [];
  const write = (level: string) => (fields: { reason?: string }, message: string) =>
    void lines.push([level, message, fields.reason].filter(Boolean).join(': '));
  const connection = new ReconnectingConnection<string>(
    {
      open: (lose) =>
        new Promise((succeed, fail) => {
          attempts.push({ succeed, fail, lose });
        }),
      close: (link) => void closed.push(link),
    },
    {
      name: 'broker',
      log: { debug: write('debug'), info: write('info'), warn: write('warn') },
      maxDelayMs: MAX_DELAY_MS,
    },
    {
      up: (link) => events.push(`up ${link}`),
      down: (reason, wasUp) => events.push(`${wasUp ? 'lost' : 'failed'} ${reason}`),
    },
  );
  connection.start();
  return { attempts, closed, connection, events, lines };
}

const settled = () => vi.advanceTimersByTimeAsync(0);
const nextAttempt = () => vi.advanceTimersByTimeAsync(MAX_DELAY_MS);

describe('ReconnectingConnection', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test('a connection has no link until the first attempt succeeds', async () => {
    const { attempts, connection, events, lines } = setUp();
    expect(connection.status.state).toBe('connecting');
    expect(connection.link).toBeNull();
    attempts[0]?.succeed('one');
    await settled();
    expect(connection.status.state).toBe('up');
    expect(connection.link).toBe('one');
    expect(events).toEqual(['up one']);
    expect(lines).toEqual(['info: broker connected']);
  });

  test('a lost link is replaced by a new one, and the status has the reason in between', async () => {
    const { attempts, closed, connection, events, lines } = setUp();
    attempts[0]?.succeed('one');
    await settled();
    attempts[0]?.lose(new Error('cut'));
    attempts[0]?.lose(new Error('reported again'));
    expect(connection.link).toBeNull();
    expect(connection.status).toMatchObject({ state: 'down', reason: 'cut' });
    await nextAttempt();
    expect(attempts).toHaveLength(2);
    attempts[1]?.succeed('two');
    await settled();
    expect(connection.link).toBe('two');
    expect(events).toEqual(['up one', 'lost cut', 'up two']);
    expect(lines).toEqual([
      'info: broker connected',
      'warn: broker connection lost: cut',
      'info: broker connected',
    ]);
    // A driver closes links that it reports as lost.
    expect(closed).toEqual([]);
  });

  test('a link that is lost while it is being opened counts as a failed attempt', async () => {
    const { attempts, connection, events } = setUp();
    attempts[0]?.lose(new Error('cut'));
    attempts[0]?.succeed('one');
    await settled();
    expect(connection.link).toBeNull();
    expect(events).toEqual(['failed cut']);
  });

  test('failed attempts are a warning once for each reason', async () => {
    const { attempts, connection, lines } = setUp();
    for (const reason of ['refused', 'refused', 'denied']) {
      attempts.at(-1)?.fail(new Error(reason));
      await nextAttempt();
    }
    expect(connection.status).toMatchObject({ state: 'down', reason: 'denied' });
    expect(lines).toEqual([
      'warn: broker unavailable: refused',
      'debug: broker unavailable: refused',
      'warn: broker unavailable: denied',
    ]);
  });

  test('delays between attempts grow, also when every link is lost right after it was opened', async () => {
    const { attempts } = setUp();
    vi.spyOn(Math, 'random').mockReturnValue(1);
    const delays: number[] = [];
    for (let i = 0; i < 4; i += 1) {
      const before = Date.now();
      attempts.at(-1)?.succeed(`${i}`);
      await settled();
      attempts.at(-1)?.lose(new Error('cut'));
      await vi.advanceTimersToNextTimerAsync();
      delays.push(Date.now() - before);
    }
    expect(delays).toEqual([100, 200, 400, 800]);
    attempts.at(-1)?.succeed('stable');
    await vi.advanceTimersByTimeAsync(MAX_DELAY_MS + 1);
    const before = Date.now();
    attempts.at(-1)?.lose(new Error('cut'));
    await vi.advanceTimersToNextTimerAsync();
    expect(Date.now() - before).toBe(100);
    vi.restoreAllMocks();
  });

  test('a stopped connection closes its link and opens no other one', async () => {
    const { attempts, closed, connection, events } = setUp();
    attempts[0]?.succeed('one');
    await settled();
    await connection.stop();
    attempts[0]?.lose(new Error('closed'));
    await nextAttempt();
    expect(closed).toEqual(['one']);
    expect(attempts).toHaveLength(1);
    expect(events).toEqual(['up one']);
    expect(connection.status).toMatchObject({ state: 'down', reason: 'stopped' });
  });

  test('a connection that is stopped during an attempt closes the link that the attempt opens', async () => {
    const { attempts, closed, connection, events } = setUp();
    await connection.stop();
    attempts[0]?.succeed('late');
    await settled();
    expect(closed).toEqual(['late']);
    expect(connection.link).toBeNull();
    expect(events).toEqual([]);
  });

  test('a connection that is stopped while it waits makes no further attempt', async () => {
    const { attempts, connection } = setUp();
    attempts[0]?.fail(new Error('refused'));
    await settled();
    await connection.stop();
    await nextAttempt();
    expect(attempts).toHaveLength(1);
  });
});
