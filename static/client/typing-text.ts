import { t } from '../../server/http/pages/texts/text.js';

/** A line of bounded length about the users who type. */
export function typingText(names: readonly string[]): string {
  const [first, second] = names;
  if (first === undefined) return '';
  if (second === undefined) return t('typing.one', { name: first });
  return names.length === 2 ? t('typing.two', { first, second }) : t('typing.several');
}
