import { connect } from 'amqplib';
import type { Random } from '../random.js';
import { Finding, type Surface } from '../surface.js';

const BATCH = 100;
/** The default of AMQP_REPLY_QUEUE. */
const ANSWER_QUEUE = 'changeroom-chat';
/** For the server to consume the answers. */
const DRAIN_TIMEOUT_MS = 20_000;

function answerOf(random: Random): Buffer {
  const answer = {
    room: 'fuzz',
    body: random.json(1),
    name: random.json(1),
    token: random.json(1),
    id: random.json(1),
  };
  const bytes = Buffer.from(JSON.stringify(random.chance(0.8) ? answer : random.json()));
  return random.chance(0.3) ? random.mutate(bytes) : bytes;
}

/** Malformed answers of bots, sent with the broker. */
export const amqp: Surface = {
  name: 'answers of bots',
  async attack(random, { amqpUrl }) {
    const connection = await connect(amqpUrl!);
    try {
      const channel = await connection.createConfirmChannel();
      const inputs = Array.from({ length: BATCH }, () => answerOf(random));
      for (const input of inputs) {
        const options = random.chance(0.3) ? { messageId: random.wellFormed().slice(0, 100) } : {};
        channel.sendToQueue(ANSWER_QUEUE, input, options);
      }
      await channel.waitForConfirms();
      const end = Date.now() + DRAIN_TIMEOUT_MS;
      while ((await channel.checkQueue(ANSWER_QUEUE)).messageCount > 0) {
        if (Date.now() > end) throw new Finding('answers remain in the queue', inputs.map(String).join('\n'));
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      return BATCH;
    } finally {
      await connection.close();
    }
  },
};
