import type { Random } from '../random.js';
import { answered, Finding, type Surface } from '../surface.js';
import type { Target } from '../target.js';
import { frameOf } from './websocket.js';

const PAYLOADS = 16;
const SEPARATOR = '\x1e';

function payloadOf(random: Random): Buffer {
  const packets = random.list(5, () => {
    if (random.chance(0.5)) return `4${JSON.stringify(frameOf(random))}`;
    return random.pick(['2', '3', '5', '6', '4', 'b', `b${random.text()}`, '9', random.text()]);
  });
  const payload = Buffer.from(packets.join(SEPARATOR));
  return random.chance(0.3) ? random.mutate(payload) : payload;
}

/** Long-polling sessions: malformed payloads and invented session ids. */
export const polling: Surface = {
  name: 'long-polling',
  async attack(random, target) {
    const sid = await open(target);
    for (let i = 0; i < PAYLOADS; i += 1) {
      const payload = payloadOf(random);
      const session = random.chance(0.8) ? sid : random.segment();
      await answered(post(target, session, payload), payload);
    }
    return PAYLOADS + 1;
  },
};

const address = ({ url }: Target) => `${url}/primus/?EIO=4&transport=polling`;

async function open(target: Target): Promise<string> {
  const text = await (await fetch(address(target))).text();
  return (JSON.parse(text.slice(1)) as { sid: string }).sid;
}

async function post(target: Target, sid: string, payload: Buffer): Promise<void> {
  const answer = await fetch(`${address(target)}&sid=${sid}`, {
    method: 'POST',
    headers: { 'content-type': 'text/plain;charset=UTF-8' },
    body: new Uint8Array(payload),
  });
  await answer.arrayBuffer();
  if (answer.status >= 500) throw new Finding(`status ${answer.status}`, payload);
}
