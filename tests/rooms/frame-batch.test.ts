import type { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import * as ws from 'ws';
import type { RoomFrame } from '../../server/protocol/server-frames.js';
import { FrameBatch } from '../../server/rooms/frame-batch.js';

// The type declarations leave it out.
const { Receiver } = ws as unknown as { Receiver: new (options: object) => Writable };

const decode = (bytes: Buffer): Promise<string[]> => {
  return new Promise((resolve, reject) => {
    const texts: string[] = [];
    const receiver = new Receiver({ isServer: false });
    receiver.on('message', (data: Buffer) => texts.push(data.toString()));
    receiver.on('error', reject);
    receiver.end(bytes, () => resolve(texts));
  });
};

test('frames of every length are encoded as a WebSocket client reads them', async () => {
  const frames = [0, 1, 60, 30_000, 70_000].map((length): RoomFrame => {
    return { type: 'removeMessage', room: 'é'.repeat(length), id: `${length}` };
  });
  const batch = new FrameBatch(frames, 'epoch', 0);
  const texts = await decode(batch.webSocket);
  expect(texts).toEqual(frames.map((frame) => `4${JSON.stringify(frame)}`));
});

test('a batch of frames is encoded once for all sockets', () => {
  const batch = new FrameBatch([{ type: 'removeMessage', room: 'lobby', id: '1' }], 'epoch', 0);
  expect(batch.webSocket).toBe(batch.webSocket);
});
