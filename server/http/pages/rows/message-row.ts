import type { Message } from '../../../protocol/message.js';
import { avatar, hueClass } from './avatar.js';
import { bodyParts, isJumbo } from './body-parts.js';
import { type Child, classes, type ElementTree, element } from './element.js';
import type { TimeFormat } from './time-format.js';

export interface MessageRowOptions {
  /** Starts a group of messages by one author, and shows the author. */
  leads: boolean;
  isOwn: boolean;
  /** Further classes. */
  states?: readonly string[];
}

/** The row of a message around its head, its body and what belongs to them. */
export function messageRow<Slot = never>(
  { id, author, kind }: Pick<Message, 'id' | 'author' | 'kind'>,
  { leads, isOwn, states = [] }: MessageRowOptions,
  ...content: Child<Slot>[]
): ElementTree<Slot> {
  const look = classes(
    'message',
    kind,
    leads ? 'leads' : 'follows',
    hueClass(author),
    isOwn && 'own',
    ...states,
  );
  // Focusable, so that a touch shows the actions of an own message.
  return element('li', { class: look, 'data-id': id, tabindex: isOwn && '-1' }, ...content);
}

/** Avatar, author and time: the same for every reader in one time zone. */
export function messageHead({ author, kind }: Pick<Message, 'author' | 'kind'>, time: Child): ElementTree[] {
  return [
    avatar(author),
    element(
      'div',
      { class: 'meta' },
      element('bdi', { class: 'author' }, author.name),
      kind === 'bot' && element('span', { class: 'badge' }, 'bot'),
      time,
    ),
  ];
}

export function messageTime(sent: number, { timeOfDay, fullTime }: TimeFormat): ElementTree {
  const attributes = { datetime: new Date(sent).toISOString(), title: fullTime(sent) };
  return element('time', attributes, timeOfDay(sent));
}

/** The body with its links, each in a text direction of its own. */
export function messageBody({ body, edited }: Pick<Message, 'body' | 'edited'>, { fullTime }: TimeFormat) {
  const parts = bodyParts(body).map(({ text, href }) =>
    href === undefined
      ? text
      : element('a', { href, rel: 'noopener noreferrer nofollow', target: '_blank', dir: 'ltr' }, text),
  );
  const note =
    edited !== undefined &&
    element('span', { class: 'edited', dir: 'ltr', title: fullTime(edited) }, '(edited)');
  const look = classes('body', isJumbo(body) && 'jumbo');
  return element('div', { class: look, dir: 'auto' }, ...parts, note && ' ', note);
}
