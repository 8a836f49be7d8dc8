import type { Message } from '../../protocol/message.js';
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
import { t } from './texts/text.js';
import { UTC_TIME } from './utc-time.js';

export interface LogOptions {
  /** Oldest first. */
  messages: readonly Message[];
  /** Whose messages get tools. */
  id_user: string;
  /** Address of the room's page. */
  path: string;
  /** Current names of users who reacted. */
  names: Readonly<Record<string, string>>;
  /** Id of the own message that is being edited. */
  editing?: string | undefined;
  rejected?: RejectedForm | undefined;
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
  message: Message,
  leads: boolean,
  { id_user, path, names, editing, rejected }: Omit<LogOptions, 'messages'>,
): ElementTree<Html> {
  const isOwn = message.author.id_user === id_user;
  const isEdited = isOwn && editing === message.id;
  const { head, body } = messageHtml(message);
  return messageRow<Html>(
    message,
    { leads, isOwn },
    new Html(head),
    isEdited ? editForm(message, path, rejected) : new Html(body),
    ...fileViews(message, new URLSearchParams(path.split('?')[1]).get('id_user')),
    annotationBar(message, { id_user, nameOf: (id) => names[id], form: { path } }),
    !isEdited && tools(message, isOwn, path),
  );
}

function tools({ id }: Message, isOwn: boolean, path: string): ElementTree {
  const editPath = withQuery(path, `edit=${encodeURIComponent(id)}`);
  const label = t('annotations.reactWith', { emoji: LIKE });
  const react = element('button', { class: 'tool', name: 'emoji', value: LIKE, 'aria-label': label }, LIKE);
  return element(
    'noscript',
    {},
    element(
      'div',
      { class: 'actions' },
      form(path, hidden('action', 'react'), hidden('id', id), react),
      isOwn && element('a', { class: 'tool', href: editPath }, t('message.edit')),
      isOwn &&
        form(
          path,
          hidden('action', 'delete'),
          hidden('id', id),
          element('button', { class: 'tool' }, t('message.delete')),
        ),
    ),
  );
}

function form(path: string, ...fields: ElementTree[]): ElementTree {
  return element('form', { method: 'post', action: path }, ...fields);
}

function editForm(message: Message, path: string, rejected: RejectedForm | undefined): ElementTree {
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
