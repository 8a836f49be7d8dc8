import { t } from '../texts/text.js';
import { textOf } from './action.js';
import { hueClass } from './avatar.js';
import { classes, type ElementTree, element } from './element.js';
import { addresses } from './markup/addresses.js';
import { mentionFinder } from './markup/mentions.js';
import { plainText } from './plain-text.js';
import type { ShownQuote } from './shown-message.js';

/** The first line of a message as plain text, with the names of mentioned users. */
export function quotedText(quote: Pick<ShownQuote, 'body' | 'kind' | 'mentioned'>): string {
  const finders = [addresses, mentionFinder(quote.mentioned ?? {})];
  return plainText(textOf(quote), { finders });
}

/**
 * The line above a reply that shows to which message it replies, and leads to it.
 * @param quote null: the message is deleted; undefined: it is not known
 * @param href the address of the message; null: a script handles the click
 */
export function quoteLine(quote: ShownQuote | null | undefined, href: string | null): ElementTree {
  if (quote === null) {
    return element('span', { class: 'quote-line', dir: 'ltr' }, t('message.originalDeleted'));
  }
  const content = quote
    ? [
        element('bdi', { class: classes('author', hueClass(quote.author)) }, quote.author.name),
        ' ',
        element('bdi', { class: 'quote-text' }, quotedText(quote)),
      ]
    : [t('message.originalUnknown')];
  const label = element('span', { class: 'unseen' }, `${t('message.inReplyTo')} `);
  const attributes = { class: 'quote-line', dir: 'ltr' };
  return href === null
    ? element('button', { ...attributes, type: 'button', 'data-action': 'original' }, label, ...content)
    : element('a', { ...attributes, href }, label, ...content);
}
