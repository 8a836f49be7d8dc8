import { type ElementTree, element } from './element.js';
import type { TimeFormat } from './time-format.js';

/** The line between messages of two days. */
export function dayRow(sent: number, { dayOf, dayName }: TimeFormat): ElementTree {
  const time = element('time', { datetime: dayOf(sent) }, dayName(sent));
  return element('li', { class: 'day' }, element('h2', {}, time));
}
