import { t } from '../../../server/http/pages/texts/text.js';
import { LIMITS } from '../../../server/protocol/message.js';
import { byId, h } from '../elements.js';

/** A field for the description of an image; a button until it is needed. @param changed called with the text */
export function descriptionField(name: string, alt: string, changed: (alt: string) => void): HTMLElement {
  const field = h('input', {
    type: 'text',
    maxlength: `${LIMITS.fileAlt}`,
    value: alt,
    autocomplete: 'off',
    enterkeyhint: 'done',
    'aria-label': t('files.description', { name }),
    placeholder: t('files.descriptionHint'),
  });
  field.addEventListener('input', () => changed(field.value));
  field.addEventListener('keydown', (event) => {
    if (event.isComposing || (event.key !== 'Enter' && event.key !== 'Escape')) return;
    event.preventDefault();
    byId('body').focus();
  });
  const open = h('button', { type: 'button', class: 'link-button' }, t('files.describe'));
  open.addEventListener('click', () => {
    open.replaceWith(field);
    field.focus();
  });
  return h('div', { class: 'description' }, alt === '' ? open : field);
}
