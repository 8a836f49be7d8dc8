import type { Message } from '../../../protocol/message.js';
import { t } from '../texts/text.js';
import { kindOf, textOf } from './action.js';
import { avatar, hueClass } from './avatar.js';
import { lengthClass } from './body-lines.js';
import { type BodyPart, bodyParts, isJumbo } from './body-parts.js';
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
  message: Pick<Message, 'id' | 'author' | 'body' | 'kind'>,
  { leads, isOwn, states = [] }: MessageRowOptions,
  ...content: Child<Slot>[]
): ElementTree<Slot> {
  const { id, author } = message;
  const look = classes(
    'message',
    kindOf(message),
    leads ? 'leads' : 'follows',
    hueClass(author),
    isOwn && 'own',
    ...states,
  );
  // Focusable, so that a touch shows the time, and the actions of an own message.
  return element('li', { class: look, 'data-id': id, tabindex: '-1' }, ...content);
}

/** Avatar, author and time: the same for every reader in one time zone. */
export function messageHead({ author, kind }: Pick<Message, 'author' | 'kind'>, time: Child): ElementTree[] {
  return [
    avatar(author),
    element(
      'div',
      { class: 'meta' },
      element('bdi', { class: 'author' }, author.name),
      kind === 'bot' && element('span', { class: 'badge' }, t('message.bot')),
      time,
    ),
  ];
}

export function messageTime(sent: number, { clock, timeOfDay, fullTime }: TimeFormat): ElementTree {
  const time = timeOfDay(sent);
  const hour = clock(sent);
  const attributes = { datetime: new Date(sent).toISOString(), title: fullTime(sent) };
  // The time of a message without a head has little space.
  return hour === time
    ? element('time', attributes, time)
    : element(
        'time',
        attributes,
        element('span', { class: 'clock' }, hour),
        element('span', { class: 'time' }, time),
      );
}

/**
 * The body with its links, each in a text direction of its own. A long body is collapsed by the style sheet, and a control
 * before it expands it.
 */
export function messageBody(
  message: Pick<Message, 'body' | 'edited' | 'kind'>,
  { fullTime }: TimeFormat,
): ElementTree[] {
  const { edited } = message;
  const body = textOf(message);
  const parts = bodyParts(body);
  const length = lengthClass(parts.map(({ text }) => text).join(''));
  const note =
    edited !== undefined &&
    element('span', { class: 'edited', dir: 'ltr', title: fullTime(edited) }, t('message.edited'));
  const look = classes('body', isJumbo(body) && 'jumbo', length);
  const whole = element('div', { class: look, dir: 'auto' }, ...parts.flatMap(partNodes), note && ' ', note);
  return length === null ? [whole] : [moreControl(length), whole];
}

function partNodes({ text, href, host }: BodyPart): (string | ElementTree)[] {
  if (href === undefined) return [text];
  const link = element(
    'a',
    { href, rel: 'noopener noreferrer nofollow', target: '_blank', dir: 'ltr' },
    text,
  );
  return host === undefined
    ? [link]
    : [link, ' ', element('span', { class: 'host', dir: 'ltr' }, t('message.leadsTo', { host }))];
}

function moreControl(length: string): ElementTree {
  return element(
    'details',
    { class: `more ${length}` },
    element(
      'summary',
      {},
      element('span', { class: 'when-closed' }, t('message.showMore')),
      element('span', { class: 'when-open' }, t('message.showLess')),
    ),
  );
}
