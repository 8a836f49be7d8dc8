import type { Message } from '../../../protocol/message.js';
import { t } from '../texts/text.js';
import { quotedText } from './quote-line.js';

/** New messages of a room. */
export interface RoomNews {
  /** The one that the notification shows. */
  message: Pick<Message, 'room' | 'body' | 'kind'>;
  /** The name of its author. */
  author: string;
  /** Names of mentioned users, by id. */
  names: Readonly<Record<string, string>>;
  /** Number of messages that the reader has not seen. */
  count: number;
  /** One of them mentions the reader. */
  isMention: boolean;
}

/** Characters of the text of a notification. Systems show about 150. */
const MAX_LENGTH = 300;

/** Title and text of a notification, which has no markup. */
export function notificationText({ message, author, names, count, isMention }: RoomNews): {
  title: string;
  text: string;
} {
  const { room, body, kind } = message;
  const said = quotedText({ body, kind, mentioned: names }) || t('notify.file');
  const text = said.length > MAX_LENGTH ? `${[...said].slice(0, MAX_LENGTH).join('')}…` : said;
  if (count > 1 && !isMention)
    return { title: t('notify.several', { room, count }), text: t('notify.latest', { author, text }) };
  const title = isMention ? t('notify.mention', { author, room }) : t('notify.message', { author, room });
  return { title, text };
}
