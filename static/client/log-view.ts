import type { MemberNotice, RoomMessage, RoomQuote, Unsent } from 'changeroom-client';
import { dayRow } from '../../server/http/pages/rows/day-row.js';
import { type ElementTree, element } from '../../server/http/pages/rows/element.js';
import { areOneGroup, type Row, toRows } from '../../server/http/pages/rows/log-rows.js';
import { t } from '../../server/http/pages/texts/text.js';
import { mentionedUsers } from '../../server/protocol/mentions.js';
import type { Author, Message } from '../../server/protocol/message.js';
import type { Editor } from './editor.js';
import { byId } from './elements.js';
import { type Item, KeyedList } from './keyed-list.js';
import { isMarkupLoaded } from './markup-on-demand.js';
import { noticeRow, noticeText } from './member-notice-row.js';
import { deliveredRow, editedRow, isBy, unsentRow } from './message-row.js';
import { LOCAL_TIME } from './times.js';

export interface LogContent {
  /** The page shows these messages for the first time. */
  isFirst: boolean;
  messages: readonly RoomMessage[];
  unsent: readonly Unsent[];
  memberNotices: readonly MemberNotice[];
  gaps: ReadonlySet<string>;
  /** Id of the first unread message. */
  unread: string | null;
  user: Author;
  editing: { id: string; editor: Editor } | null;
  /** Id of the message whose deletion is to be confirmed. */
  confirming: string | null;
  /** Id of the message for which the user chooses a reaction. */
  choosing: string | null;
  /** A message and the error of its last change. */
  fault: { id: string; text: string } | null;
  /** Id of the message to which the reader has followed a link. */
  target: string | null;
  /** Id of the user of a playground page. */
  as: string | null;
  /** A message to which others reply, see Room.quote. */
  quote: (id: string) => RoomQuote | null | undefined;
  /** The current name of a user, if the page knows it. */
  nameOf: (id_user: string) => string | undefined;
  /** Everyone can read the room: its members follow it. */
  isOpen: boolean;
  isLoading: boolean;
  /** Seconds until the server takes another message; null where it does at once. */
  pausedFor: number | null;
}

/** Milliseconds until browsers have processed a change of the document for screen readers. */
const SILENCE_MS = 150;

/** Draws the rows of the log. */
export class LogView {
  readonly rows = byId('rows');
  readonly #list = new KeyedList(this.rows);
  #silenceTimer: ReturnType<typeof setTimeout> | undefined;

  render(content: LogContent): void {
    const { messages, unsent, gaps, unread, memberNotices } = content;
    const rows = toRows(messages, { dayOf: LOCAL_TIME.dayOf, gaps, unread, notes: memberNotices });
    const leader = rows.findLast((row) => row.type !== 'message' || row.leads);
    const now = Date.now();
    const continues = ({ body, reply_to }: Unsent) =>
      reply_to === undefined &&
      leader?.type === 'message' &&
      areOneGroup(leader.message, { author: content.user, body, kind: 'message', sent: now });
    const items = [
      ...rows.map((row) => toItem(row, content)),
      ...unsent.map((message, i) => unsentItem(message, content, i === 0 && !continues(message))),
    ];
    if (content.isFirst || this.#list.isChangedBefore(items)) this.#silence();
    this.#list.render(items);
  }

  /**
   * Screen readers announce what is added to the log. Only rows after all others are news: history, names and other
   * changes further up are not announced.
   */
  #silence(): void {
    clearTimeout(this.#silenceTimer);
    this.rows.ariaBusy = 'true';
    this.#silenceTimer = setTimeout(() => {
      this.rows.ariaBusy = null;
    }, SILENCE_MS);
  }
}

function toItem(row: Row<MemberNotice>, content: LogContent): Item {
  const { key } = row;
  switch (row.type) {
    case 'day': {
      const name = LOCAL_TIME.dayName(row.sent);
      return { key, version: [name], draw: () => dayRow(row.sent, LOCAL_TIME) };
    }
    case 'unread':
      return { key, version: [], draw: () => unreadRow() };
    case 'gap': {
      const { isLoading } = content;
      return { key, version: [isLoading], draw: () => gapRow(row.before, isLoading) };
    }
    case 'note': {
      const { note } = row;
      const text = noticeText(note, content.user.id_user, content.isOpen);
      return { key, version: [text], draw: () => noticeRow(note, text) };
    }
    case 'message':
      return messageItem(row.message, row.leads, content);
  }
}

function messageItem(message: RoomMessage, leads: boolean, content: LogContent): Item {
  const { editing, confirming, choosing, fault, user, nameOf, target, as } = content;
  const key = `message ${message.id}`;
  if (editing?.id === message.id) {
    const { editor } = editing;
    return { key, version: [editor, leads], draw: () => editedRow(message, leads, editor.element) };
  }
  const options = {
    leads,
    isOwn: isBy(message, user),
    self: user.id_user,
    as,
    isTarget: target === message.id,
    isConfirming: confirming === message.id,
    isChoosing: choosing === message.id,
    fault: fault?.id === message.id ? fault.text : null,
  };
  return {
    key,
    version: [message, isMarkupLoaded(), ...Object.values(options)],
    draw: () => deliveredRow(message, { ...options, annotations: { id_user: user.id_user, nameOf } }),
  };
}

/** The key is that of the message it will become, so that it turns into it in place. */
function unsentItem(message: Unsent, { user, pausedFor, quote, nameOf }: LogContent, leads: boolean): Item {
  const quoted = message.reply_to === undefined ? undefined : quote(message.reply_to);
  return {
    key: `message ${message.id}`,
    version: [message, isMarkupLoaded(), quoted, leads, user.name, pausedFor],
    draw: () =>
      unsentRow(message, { quoted, mentioned: namesIn(message.body, nameOf) }, user, leads, pausedFor),
  };
}

/** The names of the users that a body mentions. */
function namesIn(body: string, nameOf: LogContent['nameOf']): Record<string, string> {
  return Object.fromEntries(
    mentionedUsers(body).flatMap((id_user) => {
      const name = nameOf(id_user);
      return name === undefined ? [] : [[id_user, name] as const];
    }),
  );
}

function unreadRow(): ElementTree {
  return element('li', { class: 'unread' }, element('span', {}, t('log.new')));
}

function gapRow(before: Message, isLoading: boolean): ElementTree {
  const load = {
    type: 'button',
    class: 'button quiet',
    'data-action': 'gap',
    'data-before': before.id,
    disabled: isLoading,
  };
  return element(
    'li',
    { class: 'gap', tabindex: '-1' },
    element('span', {}, t('log.gap')),
    element('button', load, isLoading ? t('log.loading') : t('log.gapLoad')),
  );
}
