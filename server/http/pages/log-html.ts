import { mentionedUsers } from '../../protocol/mentions.js';
import { Html, toHtml } from './html.js';
import { messageHtml } from './message-html.js';
import type { RejectedForm } from './rejected-form.js';
import { annotationBar, QUICK_EMOJI } from './rows/annotation-bar.js';
import { dayRow } from './rows/day-row.js';
import { type ElementTree, element } from './rows/element.js';
import { fileViews } from './rows/file-view.js';
import { toRows } from './rows/log-rows.js';
import { messageRow } from './rows/message-row.js';
import { withQuery } from './rows/room-path.js';
import type { ShownMessage } from './rows/shown-message.js';
import { t } from './texts/text.js';
import { UTC_TIME } from './utc-time.js';

export interface LogOptions {
  /** Oldest first. */
  messages: readonly ShownMessage[];
  /** Whose messages get tools. */
  id_user: string;
  /** Address of the room's page. */
  path: string;
  /** Current names of users who reacted. */
  names: Readonly<Record<string, string>>;
  /** Address of the page around the frame that shows the log; default: the log is in the page itself. */
  pagePath?: string | undefined;
  /** Id of the own message that is being edited. */
  editing?: string | undefined;
  rejected?: RejectedForm | undefined;
  /** Id of the message to which the address leads. */
  target?: string | undefined;
}

/** The reaction that a reader without JavaScript can add with one button. */
const [LIKE] = QUICK_EMOJI;

/** The rows of a room's log as HTML. A form or a link per action serves readers without a script. */
export function logHtml({ messages, ...options }: LogOptions): string {
  const rows = toRows(messages, UTC_TIME).map((row) => {
    if (row.type === 'day') return dayRow(row.sent, UTC_TIME);
    return row.type === 'message' ? serverRow(row.message, row.leads, options) : null;
  });
  return toHtml(...rows);
}

function serverRow(
  message: ShownMessage,
  leads: boolean,
  { id_user, path, pagePath, names, editing, rejected, target }: Omit<LogOptions, 'messages'>,
): ElementTree<Html> {
  const isOwn = message.author.id_user === id_user;
  const isEdited = isOwn && editing === message.id;
  const isTarget = message.id === target;
  const pathOf = (id: string) => withQuery(path, `at=${encodeURIComponent(id)}`);
  const { head, body } = messageHtml(message, { self: id_user, pathOf, path, pagePath });
  const isMentioned = mentionedUsers(message.body).includes(id_user);
  return messageRow<Html>(
    message,
    { leads, isOwn, isMentioned, isTarget },
    new Html(head),
    isEdited ? editForm(message, path, rejected) : new Html(body),
    ...fileViews(message, new URLSearchParams(path.split('?')[1]).get('id_user')),
    annotationBar(message, { id_user, nameOf: (id) => names[id], form: { path } }),
    !isEdited && tools(message, { path, pagePath, isOwn }),
  );
}

function tools(
  { id }: ShownMessage,
  { path, pagePath, isOwn }: { path: string; pagePath: string | undefined; isOwn: boolean },
): ElementTree {
  const parameter = (name: string) => `${name}=${encodeURIComponent(id)}`;
  const pageLink = (text: string, name: string) => {
    const href = withQuery(pagePath ?? path, parameter(name));
    return element('a', { class: 'tool', href, target: pagePath !== undefined && '_parent' }, text);
  };
  const label = t('annotations.reactWith', { emoji: LIKE });
  const react = element('button', { class: 'tool', name: 'emoji', value: LIKE, 'aria-label': label }, LIKE);
  const remove = element('button', { class: 'tool' }, t('message.delete'));
  return element(
    'noscript',
    {},
    element(
      'div',
      { class: 'actions' },
      form(path, hidden('action', 'react'), hidden('id', id), react),
      pageLink(t('message.reply'), 'reply'),
      isOwn && element('a', { class: 'tool', href: withQuery(path, parameter('edit')) }, t('message.edit')),
      isOwn && form(path, hidden('action', 'delete'), hidden('id', id), remove),
    ),
  );
}

function form(path: string, ...fields: ElementTree[]): ElementTree {
  return element('form', { method: 'post', action: path }, ...fields);
}

function editForm(message: ShownMessage, path: string, rejected: RejectedForm | undefined): ElementTree {
  const text = rejected?.action === 'edit' ? rejected.text : message.body;
  const field = { id: 'edited-body', name: 'body', rows: '3', required: true, autofocus: true };
  return element(
    'form',
    { class: 'editor', method: 'post', action: path },
    hidden('action', 'edit'),
    hidden('id', message.id),
    element('label', { class: 'unseen', for: field.id }, t('editor.label')),
    // Parsers drop the first line break of a textarea.
    element('textarea', field, `\n${text}`),
    element(
      'div',
      { class: 'editor-actions' },
      element('a', { class: 'button quiet', href: path }, t('common.cancel')),
      element('button', { class: 'button' }, t('editor.save')),
    ),
  );
}

function hidden(name: string, value: string): ElementTree {
  return element('input', { type: 'hidden', name, value });
}
