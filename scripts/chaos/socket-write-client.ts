import { ReturningClient } from '../../tests/support/returning-client.js';
import { outcomeOf, type WriteClient } from './write-client.js';

/** Creates messages in one room with a socket, which reconnects when it is lost. */
export function socketWriteClient(name: string, url: string, room: string, cookie: string): WriteClient {
  const client = new ReturningClient(url, room, { websockets: true, cookie });
  return {
    name,
    canChange: false,
    close: async () => client.end(),
    send: async (write) => {
      if (write.kind !== 'create') throw new Error('this client only creates messages');
      const { id, body } = write;
      const answer = await client
        .ask({ type: 'createMessage', message: { id, room, body } })
        .catch(() => null);
      if (answer?.type === 'ack') return 'acknowledged';
      if (!answer) {
        if (!client.isJoined) client.join();
        return 'retry';
      }
      const outcome = answer.type === 'error' ? outcomeOf(answer.code) : null;
      if (outcome) return outcome;
      throw new Error(JSON.stringify(answer));
    },
  };
}
