import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openBrokerLink } from '../../server/bots/broker-link.js';
import { topologyOf } from '../../server/bots/topology.js';
import { skipWithout } from '../support/programs.js';
import { type RabbitmqServer, startRabbitmq } from '../support/rabbitmq-server.js';

describe('openBrokerLink', skipWithout('rabbitmq-server'), () => {
  let broker: RabbitmqServer;

  beforeAll(async () => {
    broker = await startRabbitmq();
  });
  afterAll(() => broker?.stop());

  // amqplib has no public way to destroy its socket; it passes an `AbortSignal` on to Node, which does.
  test('dropping the link to a frozen broker destroys the socket and rejects outstanding confirms', async () => {
    const topology = topologyOf({
      url: broker.url,
      commandQueue: 'link-commands',
      replyQueue: 'link-replies',
      rejectedQueue: 'link-rejected',
      durable: false,
      botSecret: null,
    });
    const losses: string[] = [];
    const listener = { reply: () => {}, announcement: () => {}, unbound: () => {} };
    const link = await openBrokerLink(broker.url, topology, listener, ({ message }) => losses.push(message));
    await link.publish('', topology.commands, Buffer.from('confirmed'), {});
    broker.signal('SIGSTOP');
    try {
      const outcome = link.publish('', topology.commands, Buffer.from('unconfirmed'), {}).then(
        () => 'confirmed',
        () => 'rejected',
      );
      await link.drop(new Error('given up'));
      expect(link.isLost).toBe(true);
      expect(losses).toEqual(['given up']);
      expect(await outcome).toBe('rejected');
    } finally {
      broker.signal('SIGCONT');
    }
  });
});
