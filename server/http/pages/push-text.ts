import type { Announcement } from '../../notifications/push-payload.js';
import { notificationText, type RoomNews } from './rows/notification-text.js';
import { messagePath } from './rows/room-path.js';
import { DEFAULT_LANGUAGE, isLanguage } from './texts/languages.js';
import { inLocale } from './texts/text.js';

/**
 * The text of a notification that is pushed, which the browser shows as it is.
 * @param tag of a language, or of none of the pages' languages
 */
export function pushText(
  tag: string | null,
  news: RoomNews & { message: { room: string; id: string } },
): Announcement {
  const language = isLanguage(tag) ? tag : DEFAULT_LANGUAGE;
  const text = inLocale({ language, clock: 'auto' }, () => notificationText(news));
  return { ...text, url: messagePath(news.message), language };
}
