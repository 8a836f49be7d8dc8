import { describe, expect, it } from 'vitest';
import { CONCURRENT_PACED_FRAMES, INBOX_BYTES, INBOX_FRAMES, Inbox } from '../../server/sockets/inbox.js';
import { until } from '../support/until.js';

/** An inbox; `finish` ends the handling of the oldest frame. */
function open({ isReady = true, isFrequent = false } = {}) {
  const begun: number[] = [];
  const paced: number[] = [];
  const finishers: (() => void)[] = [];
  const state = { isReady, isFrequent, isPaused: false, overflows: 0 };
  const inbox = new Inbox({
    handle: (frame, isPaced) => {
      const { n } = frame as { n: number };
      begun.push(n);
      if (isPaced) paced.push(n);
      return new Promise((resolve) => finishers.push(resolve));
    },
    isReady: () => state.isReady,
    isFrequent: () => state.isFrequent,
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
  return { inbox, begun, paced, state, send, finish };
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

  it('an inbox handles fewer frames at a time of a socket that sends many, and pauses reading until all have begun', async () => {
    const { begun, send, finish, state } = open({ isFrequent: true });
    for (let i = 0; i <= CONCURRENT_PACED_FRAMES; i += 1) send('createMessage');
    expect(begun).toHaveLength(CONCURRENT_PACED_FRAMES);
    expect(state.isPaused).toBe(true);
    finish();
    await until('the last is begun', () => begun.length === CONCURRENT_PACED_FRAMES + 1);
    expect(state.isPaused).toBe(false);
  });

  it('an inbox paces the frames of a socket that sends many, and later ones until these are handled', async () => {
    const { paced, send, finish, state } = open();
    send('typing');
    state.isFrequent = true;
    send('createMessage');
    state.isFrequent = false;
    send('createMessage');
    expect(paced).toEqual([1, 2]);
    for (let i = 0; i < 3; i += 1) finish();
    await new Promise((resolve) => setImmediate(resolve));
    send('createMessage');
    expect(paced).toEqual([1, 2]);
  });

  it.each([
    ['frames', INBOX_FRAMES, ''],
    ['bytes', Math.floor(INBOX_BYTES / 10_000), 'x'.repeat(10_000)],
  ])(
    'an inbox with too many %s overflows once and accepts no frame after that',
    (_unit, fitting, padding) => {
      const { inbox, begun, state, send } = open({ isReady: false });
      for (let i = 0; i < fitting; i += 1) send('typing', padding.slice(50));
      expect(state.overflows).toBe(0);
      for (let i = 0; i < 50; i += 1) send('typing', padding);
      expect(state.overflows).toBe(1);
      state.isReady = true;
      inbox.proceed();
      expect(begun).toEqual([]);
    },
  );
});
