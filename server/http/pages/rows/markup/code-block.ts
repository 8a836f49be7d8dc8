import { t } from '../../texts/text.js';
import { type ElementTree, element } from '../element.js';

/**
 * A block of code. The button does something where a script runs, and is hidden otherwise.
 * @param language as the author wrote it; empty if unknown
 */
export function codeBlock(code: string, language: string): ElementTree {
  const copy = { type: 'button', class: 'copy-code', 'data-action': 'copy-code' };
  return element(
    'div',
    { class: 'code-block' },
    element(
      'div',
      { class: 'code-head' },
      element('span', {}, language || t('message.code')),
      element('button', copy, t('message.copyCode')),
    ),
    // Focusable, so that it scrolls by keyboard.
    element(
      'pre',
      { dir: 'ltr', tabindex: '0' },
      element('code', { 'data-language': language || null }, code),
    ),
  );
}
