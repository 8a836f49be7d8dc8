import type { Message } from '../protocol/message.js';
import { tagOf } from '../protocol/notifications.js';
import { MAX_PAYLOAD_BYTES } from './push-sender.js';

/** The text of a notification, and the address to which it leads. */
export interface Announcement {
  title: string;
  text: string;
  /** A path of this server. */
  url: string;
  /** By its tag. */
  language: string;
}

/** The content of a push message, as static/worker/push.ts reads it. */
export function pushPayload(
  { title, text, url, language }: Announcement,
  { room, sent }: Pick<Message, 'room' | 'sent'>,
): { payload: string; topic: string } {
  const tag = tagOf(room);
  const withText = (shown: string) => JSON.stringify({ title, text: shown, url, tag, language, sent });
  let shown = text;
  // A character can take six bytes in JSON, and an id 127 characters in an address.
  while (shown !== '' && Buffer.byteLength(withText(shown)) > MAX_PAYLOAD_BYTES)
    shown = [...shown].slice(0, Math.floor([...shown].length / 2)).join('');
  return { payload: withText(shown === text ? text : `${shown}…`), topic: tag };
}
