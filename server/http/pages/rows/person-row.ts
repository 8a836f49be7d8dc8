import { t } from '../texts/text.js';
import { avatar } from './avatar.js';
import { type ElementTree, element } from './element.js';
import type { PresentPerson } from './present-people.js';

/** A person in the list of those who are in the room. */
export function personRow(person: PresentPerson): ElementTree {
  const { name, tabs, isSelf } = person;
  return element(
    'li',
    {},
    avatar(person),
    element('bdi', { class: 'person-name' }, name),
    isSelf && element('span', { class: 'badge' }, t('common.you')),
    tabs > 1 && element('span', { class: 'person-tabs' }, t('people.tabs', { count: tabs })),
  );
}
