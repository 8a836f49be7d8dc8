import { EventEmitter } from 'node:events';
import type { Socket } from 'engine.io';
import { describe, expect, it } from 'vitest';
import { SLOW_READER_BYTES, SlowReaders } from '../../server/limits/slow-readers.js';
import { Outgoing, WRITE_BUDGET_BYTES } from '../../server/sockets/outgoing.js';
import { until } from '../support/until.js';

/** The part of engine.io's socket that is used here, with long-polling as transport. */
class PollingSocket extends EventEmitter {
  readonly readyState = 'open';
  readonly upgrading = false;
  readonly transport = { name: 'polling', writable: false, res: null as EventEmitter | null };
  writeBuffer: string[] = [];
  isClosed = false;

  send(data: string): void {
    this.emit('packetCreate', { data });
    this.writeBuffer.push(data);
  }

  /** @returns the response, which emits `close` when the client has taken it */
  poll(): EventEmitter & { isDestroyed: boolean } {
    const response = Object.assign(new EventEmitter(), {
      isDestroyed: false,
      destroy: () => {
        response.isDestroyed = true;
      },
    });
    this.transport.res = response;
    this.emit('flush');
    this.writeBuffer = [];
    this.transport.res = null;
    this.emit('drain');
    return response;
  }

  close(): void {
    this.isClosed = true;
  }
}

function open() {
  const socket = new PollingSocket();
  const seen = { overflows: [] as number[], caughtUp: 0 };
  const outgoing = new Outgoing(socket as unknown as Socket, {
    slowReaders: new SlowReaders(),
    overflowed: (pendingBytes) => {
      seen.overflows.push(pendingBytes);
      outgoing.close(1013, 'slow');
    },
    caughtUp: () => {
      seen.caughtUp += 1;
    },
  });
  return { socket, outgoing, seen };
}

const KB = 1024;
const text = (bytes: number) => 'x'.repeat(bytes - 1);

describe('the bytes that wait for a reader', () => {
  it('pending bytes are those that wait for a poll and those of responses that the client has not read', () => {
    const { socket, outgoing } = open();
    outgoing.sendJson(text(10 * KB));
    outgoing.sendJson('字'.repeat(KB));
    expect(outgoing.pendingBytes).toBe(10 * KB + 3 * KB + 1);
    const first = socket.poll();
    expect(outgoing.pendingBytes).toBe(13 * KB + 1);
    outgoing.sendJson(text(KB));
    const second = socket.poll();
    expect(outgoing.pendingBytes).toBe(14 * KB + 1);
    first.emit('close');
    expect(outgoing.pendingBytes).toBe(KB);
    second.emit('close');
    expect(outgoing.pendingBytes).toBe(0);
  });

  it('a reader counts as slow until it has read its pending bytes', async () => {
    const { socket, outgoing, seen } = open();
    outgoing.sendJson(text(SLOW_READER_BYTES));
    expect(outgoing.keepsUp()).toBe(true);
    outgoing.sendJson(text(KB));
    expect(outgoing.keepsUp()).toBe(false);
    const response = socket.poll();
    expect(outgoing.keepsUp()).toBe(false);
    response.emit('close');
    expect(outgoing.keepsUp()).toBe(true);
    await until('it is reported', () => seen.caughtUp === 1);
  });

  it('a socket that exceeds its budget is ended once, whether the bytes were polled or not', () => {
    const { socket, outgoing, seen } = open();
    outgoing.sendJson(text(WRITE_BUDGET_BYTES - KB));
    const response = socket.poll();
    outgoing.sendJson(text(KB));
    expect(seen.overflows).toEqual([]);
    outgoing.sendJson(text(KB));
    outgoing.sendJson(text(KB));
    expect(seen.overflows).toEqual([WRITE_BUDGET_BYTES + KB]);
    outgoing.destroy();
    expect(socket.isClosed).toBe(true);
    expect(response).toMatchObject({ isDestroyed: true });
  });

  it('pending bytes include packets that Primus and engine.io send on their own', () => {
    const { socket, outgoing, seen } = open();
    for (let i = 0; i <= WRITE_BUDGET_BYTES / KB; i += 1) socket.send(text(KB));
    expect(seen.overflows).toHaveLength(1);
    expect(outgoing.pendingBytes).toBeGreaterThan(WRITE_BUDGET_BYTES);
  });
});
