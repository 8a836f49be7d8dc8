import { describe, expect, it } from 'vitest';
import { INBOX_BYTES, INBOX_FRAMES, Inbox } from '../../server/sockets/inbox.js';
import { until } from '../support/until.js';

/** An inbox; `finish` ends the handling of the oldest frame. */
function open({ isReady = true } = {}) {
  const begun: number[] = [];
  const finishers: (() => void)[] = [];
  const state = { isReady, isPaused: false, overflows: 0 };
  const inbox = new Inbox({
    handle: (frame) => {
      begun.push((frame as { n: number }).n);
      return new Promise((resolve) => finishers.push(resolve));
    },
    isReady: () => state.isReady,
    pauseReading: (isPaused) => {
      state.isPaused = isPaused;
    },
    overflowed: () => {
      state.overflows += 1;
    },
  });
  let n = 0;
  const send = (type: string, padding = '') => {
    const frame = { type, n, padding };
    n += 1;
    const text = JSON.stringify(frame);
    inbox.receive(frame, text, Buffer.byteLength(text));
  };
  const finish = () => finishers.shift()?.();
  return { inbox, begun, state, send, finish };
}

describe('an inbox', () => {
  it('the inbox starts frames in order and keeps those that arrive before it is ready', () => {
    const { inbox, begun, state, send } = open({ isReady: false });
    for (let i = 0; i < 3; i += 1) send('typing');
    expect(begun).toEqual([]);
    expect(state.isPaused).toBe(true);
    state.isReady = true;
    inbox.proceed();
    send('typing');
    expect(begun).toEqual([0, 1, 2, 3]);
    expect(state.isPaused).toBe(false);
  });

  it('the inbox handles two frames with large answers at a time, the others after these', async () => {
    const { begun, send, finish, state } = open();
    for (let i = 0; i < 4; i += 1) send('loadHistory');
    expect(begun).toEqual([0, 1]);
    finish();
    await until('the third is begun', () => begun.length === 3);
    finish();
    finish();
    await until('all are begun', () => begun.length === 4);
    expect(begun).toEqual([0, 1, 2, 3]);
    expect(state.isPaused).toBe(false);
  });

  it('the inbox handles at most 32 frames at a time', async () => {
    const { begun, send, finish } = open();
    for (let i = 0; i < 100; i += 1) send('createMessage');
    expect(begun).toHaveLength(32);
    for (let i = 0; i < 100; i += 1) {
      finish();
      await Promise.resolve();
    }
    await until('all are begun', () => begun.length === 100);
  });

  it.each([
    ['frames', INBOX_FRAMES, ''],
    ['bytes', Math.floor(INBOX_BYTES / 10_000), 'x'.repeat(10_000)],
  ])('overflows once by its number of %s, and takes nothing after that', (_unit, fitting, padding) => {
    const { inbox, begun, state, send } = open({ isReady: false });
    for (let i = 0; i < fitting; i += 1) send('typing', padding.slice(50));
    expect(state.overflows).toBe(0);
    for (let i = 0; i < 50; i += 1) send('typing', padding);
    expect(state.overflows).toBe(1);
    state.isReady = true;
    inbox.proceed();
    expect(begun).toEqual([]);
  });
});
