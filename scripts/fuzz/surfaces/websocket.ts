import { WebSocket } from 'ws';
import type { Random } from '../random.js';
import { answered, Finding, type Surface } from '../surface.js';
import type { Target } from '../target.js';

const FRAMES = 256;
const TYPES = [
  'joinRoom',
  'leaveRoom',
  'createMessage',
  'editMessage',
  'deleteMessage',
  'loadHistory',
  'typing',
  'identityChange',
  'observePresence',
  'markRead',
  'authenticate',
];
const FIELDS = [
  'room',
  'message',
  'id',
  'body',
  'before',
  'limit',
  'name',
  'rooms',
  'position',
  'token',
  'ref',
];

/** A frame that is similar to those of the protocol. */
export function frameOf(random: Random): unknown {
  if (random.chance(0.1)) return random.json();
  const room = random.chance(0.6) ? 'fuzz' : random.json(1);
  const position = random.chance(0.6)
    ? { sent: random.below(2 ** 31) * 1000, id: random.text() }
    : random.json();
  const fields = {
    room,
    message: random.chance(0.7) ? { id: random.text(), room, body: random.text() } : random.json(),
    id: random.json(1),
    body: random.json(1),
    before: position,
    position,
    limit: random.chance(0.5) ? random.below(100) : random.json(1),
    name: random.json(1),
    rooms: random.list(5, () => random.json(1)),
    token: random.json(1),
    ref: random.chance(0.5) ? random.below(1000) : random.json(1),
  };
  const kept = Object.entries(fields).filter(([name]) => FIELDS.includes(name) && random.chance(0.8));
  return { type: random.chance(0.9) ? random.pick(TYPES) : random.json(0), ...Object.fromEntries(kept) };
}

function packetOf(random: Random): string | Buffer {
  if (random.chance(0.75)) return `4${JSON.stringify(frameOf(random))}`;
  if (random.chance(0.5))
    return random.mutate(Buffer.from(`4${JSON.stringify(frameOf(random))}`)).toString('latin1');
  return random.chance(0.5) ? random.bytes(200) : random.text();
}

/** A WebSocket with malformed packets and frames, until the server closes it or has answered all. */
export const websocket: Surface = {
  name: 'WebSocket frames',
  async attack(random, target) {
    const packets = Array.from({ length: FRAMES }, () => packetOf(random));
    await answered(converse(target, packets), JSON.stringify(packets.map(String)));
    return FRAMES;
  },
};

/** @throws Finding when an error frame says `internal` */
function converse({ port }: Target, packets: readonly (string | Buffer)[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/primus/?EIO=4&transport=websocket`);
    const done = () => {
      socket.terminate();
      resolve();
    };
    socket.on('open', () => {
      for (const packet of packets) socket.send(packet);
      // The server answers it after all others.
      socket.send('4{"type":"leaveRoom","ref":"the end","room":"fuzz"}');
    });
    socket.on('message', (data) => {
      const text = String(data);
      if (text.includes('"code":"internal"')) reject(new Finding(text, JSON.stringify(packets.map(String))));
      if (text === '2') socket.send('3');
      if (text.includes('"ref":"the end"')) done();
    });
    socket.on('error', done);
    socket.on('close', done);
  });
}
