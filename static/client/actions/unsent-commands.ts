import type { ChatClient, Room } from 'changeroom-client';
import type { Composer } from '../composer.js';
import type { RowCommands } from './message-action.js';

export interface UnsentCommandsDependencies {
  client: Pick<ChatClient, 'outbox'>;
  room: Pick<Room, 'retry' | 'discard'>;
  composer: Pick<Composer, 'focus' | 'restore'>;
}

/** The buttons of a message that the server has refused. */
export function unsentCommands({ client, room, composer }: UnsentCommandsDependencies): RowCommands {
  return {
    retry(id) {
      room.retry(id);
      composer.focus();
    },
    /** Moves the text back to the composer. */
    rewrite(id) {
      const unsent = client.outbox.get(id);
      room.discard(id);
      if (unsent) composer.restore(unsent.body, unsent.reply_to ?? null, unsent.files);
    },
    discard(id) {
      room.discard(id);
      composer.focus();
    },
  };
}
