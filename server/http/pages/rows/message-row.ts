import type { Message } from '../../../protocol/message.js';
import { t } from '../texts/text.js';
import { kindOf, textOf } from './action.js';
import { avatar, hueClass } from './avatar.js';
import { lengthClass } from './body-lines.js';
import { type Child, classes, type ElementTree, element } from './element.js';
import { isJumbo } from './jumbo.js';
import { bodyNodes } from './markup/body-nodes.js';
import { layoutText } from './plain-text.js';
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
 * The body with its markup and links. A long body is collapsed by the style sheet, and a control
 * before it expands it.
 */
export function messageBody(
  message: Pick<Message, 'body' | 'edited' | 'kind'>,
  { fullTime }: TimeFormat,
): ElementTree[] {
  const { edited } = message;
  const body = textOf(message);
  // A message of files alone.
  if (body === '' && edited === undefined) return [];
  const nodes = bodyNodes(body, {
    hasMarkup: message.kind !== 'system',
    // A sentence that begins with its author.
    hasBlocks: kindOf(message) !== 'action',
  });
  const length = lengthClass(layoutText(nodes));
  const note =
    edited !== undefined &&
    element('span', { class: 'edited', dir: 'ltr', title: fullTime(edited) }, t('message.edited'));
  const look = classes('body', isJumbo(body) && 'jumbo', length);
  const whole = element('div', { class: look, dir: 'auto' }, ...nodes, note && ' ', note);
  return length === null ? [whole] : [moreControl(length), whole];
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
