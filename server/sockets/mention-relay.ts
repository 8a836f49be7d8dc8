import type { AccessControl } from '../access/access-control.js';
import type { NewMessageSign } from '../database/tables/message-activity.js';
import type { ServerFrame } from '../protocol/frames.js';
import { EncodedFrames } from '../rooms/frame-batch.js';
import type { SocketConnection } from './socket-connection.js';

export interface MentionRelayDependencies {
  access: Pick<AccessControl, 'may'>;
  connections: Iterable<SocketConnection>;
}

/**
 * Reports a message to the sockets of the users that it mentions, unless they observe or have joined the room: a page observes the
 * rooms of its list, which is not complete. Never rejects; without an answer of the database, nothing is reported.
 */
export async function reportMentions(
  { room, id, sent, id_user, mentions }: NewMessageSign,
  { access, connections }: MentionRelayDependencies,
): Promise<void> {
  const mentioned = new Set(mentions.filter((each) => each !== id_user));
  if (mentioned.size === 0) return;
  const unaware = [...connections].filter(
    (each) => mentioned.has(each.id_user) && !each.isIn(room) && !each.observedRooms.includes(room),
  );
  for (const user of new Set(unaware.map((each) => each.id_user))) {
    if (!(await access.may(room, user, 'read').catch(() => false))) continue;
    const frames = new EncodedFrames([
      {
        type: 'roomActivity',
        room,
        messages: 1,
        newest: { sent, id },
        authors: [id_user],
        mentions: { [user]: 1 },
      } satisfies ServerFrame,
    ]);
    for (const each of unaware) if (each.id_user === user) each.receive(frames);
  }
}
