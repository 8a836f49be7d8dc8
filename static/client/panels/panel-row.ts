import { type ElementTree, element } from '../../../server/http/pages/rows/element.js';
import { fileViews } from '../../../server/http/pages/rows/file-view.js';
import { messageBody, messageHead, messageRow } from '../../../server/http/pages/rows/message-row.js';
import { messagePath } from '../../../server/http/pages/rows/room-path.js';
import type { ShownMessage } from '../../../server/http/pages/rows/shown-message.js';
import { t } from '../../../server/http/pages/texts/text.js';
import { LOCAL_TIME } from '../times.js';

export interface PanelRowOptions {
  /** The user who reads the message. */
  self: string | null;
  /** Id of the user of a playground page. */
  as: string | null;
  /** The row names the room. */
  hasPlace: boolean;
}

/** A message in a panel, with a link to its place. */
export function panelRow(message: ShownMessage, { self, as, hasPlace }: PanelRowOptions): ElementTree {
  const { room, sent } = message;
  const link = { class: 'panel-link', href: messagePath(message, as) };
  const time = element(
    'time',
    { datetime: new Date(sent).toISOString(), title: LOCAL_TIME.fullTime(sent) },
    `${LOCAL_TIME.dayName(sent)}, ${LOCAL_TIME.timeOfDay(sent)}`,
  );
  const pathOf = (id: string) => messagePath({ room, id }, as);
  return messageRow(
    message,
    { leads: true, isOwn: false },
    ...messageHead(message, time),
    ...messageBody(message, LOCAL_TIME, { self, pathOf }),
    ...fileViews(message, as),
    element(
      'p',
      { class: 'panel-place' },
      hasPlace
        ? element('a', link, '#', element('bdi', {}, room))
        : element('a', link, t('annotations.show')),
    ),
  );
}
