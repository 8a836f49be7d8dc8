import { connect } from 'amqplib';
import { type Door, Finding } from '../door.js';
import type { Random } from '../random.js';

const BATCH = 100;
/** Defaults of AMQP_REPLY_QUEUE and AMQP_REPLY_QUEUE with -rejected. */
const ANSWERS = 'changeroom-chat';
/** Milliseconds for the server to take the answers from the queue. */
const DRAIN_MS = 20_000;

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

/** Answers of bots, of any form, with the bots' own broker. */
export const amqp: Door = {
  name: 'answers of bots',
  async attack(random, { amqpUrl }) {
    const connection = await connect(amqpUrl!);
    try {
      const channel = await connection.createConfirmChannel();
      const inputs = Array.from({ length: BATCH }, () => answerOf(random));
      for (const input of inputs) {
        const messageId = random.chance(0.3) ? random.wellFormed().slice(0, 100) : undefined;
        channel.sendToQueue(ANSWERS, input, { messageId });
      }
      await channel.waitForConfirms();
      const end = Date.now() + DRAIN_MS;
      while ((await channel.checkQueue(ANSWERS)).messageCount > 0) {
        if (Date.now() > end) throw new Finding('answers stay in the queue', inputs.map(String).join('\n'));
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      return BATCH;
    } finally {
      await connection.close();
    }
  },
};
