import type { RoomMessage, Unsent } from 'changeroom-client';
import {
  type AnnotationBarOptions,
  annotationBar,
  quickReactions,
} from '../../server/http/pages/rows/annotation-bar.js';
import { type Child, type ElementTree, element } from '../../server/http/pages/rows/element.js';
import { faultText } from '../../server/http/pages/rows/fault-text.js';
import { fileViews } from '../../server/http/pages/rows/file-view.js';
import {
  messageBody,
  messageHead,
  messageRow,
  messageTime,
} from '../../server/http/pages/rows/message-row.js';
import { messagePath } from '../../server/http/pages/rows/room-path.js';
import type { ShownMessage } from '../../server/http/pages/rows/shown-message.js';
import { t } from '../../server/http/pages/texts/text.js';
import { mentionedUsers } from '../../server/protocol/mentions.js';
import type { Author, Message } from '../../server/protocol/message.js';
import { LOCAL_TIME } from './times.js';

export interface DeliveredRowOptions {
  leads: boolean;
  isOwn: boolean;
  /** Id of the user who reads the message. */
  self: string | null;
  /** Id of the user of a playground page. */
  as: string | null;
  /** The reader has followed a link to the message. */
  isTarget: boolean;
  /** The user has to confirm that the message is deleted. */
  isConfirming: boolean;
  /** The user chooses a reaction. */
  isChoosing: boolean;
  /** Why the last change of the message failed. */
  fault: string | null;
  annotations: AnnotationBarOptions;
}

export const isBy = ({ author }: Message, { id_user }: Author) =>
  id_user !== null && author.id_user === id_user;

/** A message that the server has delivered. */
export function deliveredRow(
  message: RoomMessage,
  { leads, isOwn, self, as, isTarget, isConfirming, isChoosing, fault, annotations }: DeliveredRowOptions,
): ElementTree {
  const isMentioned = self !== null && mentionedUsers(message.body).includes(self);
  return messageRow(
    message,
    { leads, isOwn, isMentioned, isTarget },
    ...head(message, messageTime(message.sent, LOCAL_TIME, { href: messagePath(message, as) }), isOwn),
    ...messageBody(message, LOCAL_TIME, { self }),
    ...fileViews(message, as),
    annotationBar(message, annotations),
    fault !== null && faultNote(fault),
    isChoosing && quickReactions(),
    isConfirming &&
      question(
        t('message.deleteQuestion'),
        button('confirm', t('message.delete'), 'danger'),
        button('keep', t('message.keep')),
      ),
  );
}

/** A message that the server has not delivered yet. `pausedFor`: seconds until the server accepts another one. */
export function unsentRow(
  { id, room, body, files, reply_to, progress, fault, code }: Unsent,
  references: Pick<ShownMessage, 'quoted' | 'mentioned'>,
  author: Author,
  leads: boolean,
  pausedFor: number | null,
): ElementTree {
  const notes = {
    waiting:
      pausedFor !== null
        ? t('unsent.pausedFor', { seconds: pausedFor })
        : fault === undefined
          ? t('unsent.waiting')
          : t('unsent.willRetry'),
    sent: t('unsent.sent'),
    stored: t('unsent.stored'),
    failed: t('unsent.failed'),
  };
  const note = element('span', { class: 'progress' }, notes[progress]);
  return messageRow(
    { id, author, body, kind: 'message' },
    { leads, isOwn: true, states: ['unsent', progress] },
    ...head({ author, kind: 'message' }, note, true),
    ...messageBody(
      { body, kind: 'message', ...(reply_to !== undefined && { reply_to }), ...references },
      LOCAL_TIME,
    ),
    ...fileViews({ room, files }, playgroundUser()),
    fault !== undefined && faultNote(faultText({ code, message: fault })),
    progress === 'failed' &&
      question(
        button('retry', t('common.tryAgain')),
        button('rewrite', t('message.rewrite')),
        button('discard', t('message.discard')),
      ),
  );
}

/** A message that the user edits: the editor replaces the body. */
export function editedRow(message: Message, leads: boolean, editor: Node): ElementTree<Node> {
  // Without the body, which decides the look of a row.
  return messageRow<Node>(
    { ...message, body: '' },
    { leads, isOwn: true, states: ['edits'] },
    ...messageHead(message, LOCAL_TIME.timeOfDay(message.sent)),
    editor,
  );
}

/** Progress and time of an own message are not announced: screen readers announce its text when it is sent. */
function head(message: Pick<Message, 'author' | 'kind'>, time: Child, isOwn: boolean): ElementTree[] {
  const parts = messageHead(message, time);
  if (!isOwn) return parts;
  return parts.map((part) => ({ ...part, attributes: { ...part.attributes, 'aria-live': 'off' } }));
}
/** On a playground page, the user that its address selects. */
const playgroundUser = () => new URLSearchParams(location.search).get('id_user');

function faultNote(fault: string): ElementTree {
  return element('p', { class: 'fault', role: 'alert' }, fault);
}

/** Buttons from which the user has to choose one. */
function question(...children: Child[]): ElementTree {
  return element('div', { class: 'actions question' }, ...children);
}

function button(action: string, text: string, look = ''): ElementTree {
  return element('button', { type: 'button', class: `tool ${look}`.trim(), 'data-action': action }, text);
}
