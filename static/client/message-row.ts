import { hueClass, initials } from '../../server/http/pages/rows/avatar.js';
import { bodyParts, isJumbo } from '../../server/http/pages/rows/body-parts.js';
import type { Author, Kind, Message } from '../../server/protocol/message.js';
import { h } from './elements.js';
import type { Unsent } from './outbox.js';
import { fullTime, timeOfDay } from './times.js';

/** What can be done with a message; `confirming`: its deletion has been asked for once. */
export type Rights = 'none' | 'own' | 'confirming';

/** One message, as views/message.pug draws it too. */
export function drawMessage(
  message: Message,
  leads: boolean,
  rights: Rights,
  fault: string | null,
): HTMLElement {
  const { id, author, kind, body, edited } = message;
  const time = h(
    'time',
    { datetime: new Date(message.sent).toISOString(), title: fullTime(message.sent) },
    timeOfDay(message.sent),
  );
  return frame({ id, author, kind, leads, isOwn: rights !== 'none', time }, [
    drawBody(
      body,
      edited !== undefined && h('span', { class: 'edited', dir: 'ltr', title: fullTime(edited) }, '(edited)'),
    ),
    fault !== null && h('p', { class: 'fault', role: 'alert' }, fault),
    rights === 'own' && actions(button('edit', 'Edit'), button('delete', 'Delete')),
    rights === 'confirming' &&
      actions('Delete this message?', button('confirm', 'Delete', 'danger'), button('keep', 'Keep')),
  ]);
}

/** One that waits to be seen in the room. `pausedFor`: seconds until the server takes another one. */
export function drawUnsent(
  { id, body, progress, fault }: Unsent,
  author: Author,
  leads: boolean,
  pausedFor: number | null,
): HTMLElement {
  const notes = {
    waiting:
      pausedFor !== null
        ? `too fast, sending in ${pausedFor} s`
        : fault === undefined
          ? 'waiting for the connection'
          : 'waiting, will be sent again',
    sent: 'sending',
    stored: 'sent',
    failed: 'not sent',
  };
  const isFailed = progress === 'failed';
  const note = h('span', { class: 'progress' }, notes[progress]);
  const row = frame({ id, author, kind: 'message', leads, isOwn: true, time: note }, [
    drawBody(body, false),
    fault !== undefined && h('p', { class: 'fault', role: 'alert' }, fault),
    isFailed &&
      actions(button('retry', 'Try again'), button('rewrite', 'Rewrite'), button('discard', 'Discard')),
  ]);
  row.classList.add('unsent', progress);
  return row;
}

/** One that is being edited: the editor is in the place of the body. */
export function drawEdited(message: Message, leads: boolean, editor: HTMLElement): HTMLElement {
  const { id, author, kind } = message;
  const row = frame({ id, author, kind, leads, isOwn: true, time: timeOfDay(message.sent) }, [editor]);
  row.classList.add('edits');
  return row;
}

interface Frame {
  id: string;
  author: Author;
  kind: Kind;
  leads: boolean;
  isOwn: boolean;
  time: Node | string;
}

function frame(
  { id, author, kind, leads, isOwn, time }: Frame,
  content: (Node | string | null | false)[],
): HTMLElement {
  const classes = ['message', kind, leads ? 'leads' : 'follows', hueClass(author), isOwn && 'own'];
  return h(
    'li',
    // Focusable, so that a touch shows what can be done with it.
    { class: classes.filter(Boolean).join(' '), 'data-id': id, tabindex: isOwn && '-1' },
    h('span', { class: 'avatar', 'aria-hidden': 'true' }, initials(author.name)),
    h(
      'div',
      { class: 'meta' },
      h('bdi', { class: 'author' }, author.name),
      kind === 'bot' && h('span', { class: 'badge' }, 'bot'),
      time,
    ),
    ...content,
  );
}

function drawBody(body: string, note: Node | false): HTMLElement {
  const parts = bodyParts(body).map(({ text, href }) =>
    href === undefined
      ? text
      : h('a', { href, rel: 'noopener noreferrer nofollow', target: '_blank', dir: 'ltr' }, text),
  );
  return h('div', { class: isJumbo(body) ? 'body jumbo' : 'body', dir: 'auto' }, ...parts, note && ' ', note);
}

function actions(...children: (Node | string)[]): HTMLElement {
  return h('div', { class: 'actions' }, ...children);
}

function button(action: string, text: string, look = ''): HTMLElement {
  return h('button', { type: 'button', class: `tool ${look}`.trim(), 'data-action': action }, text);
}
