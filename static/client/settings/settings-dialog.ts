import { requestApi } from 'changeroom-client';
import { faultText } from '../../../server/http/pages/rows/fault-text.js';
import { settingsFields } from '../../../server/http/pages/rows/settings-form.js';
import { t } from '../../../server/http/pages/texts/text.js';
import type { UserSettings } from '../../../server/protocol/user-settings.js';
import { h, toNode } from '../elements.js';
import { applySettings, readSettings } from './page-settings.js';

/** Users with accounts and playground users have no form for the name, or cannot secure it. */
const hasChosenName = () => document.getElementById('you') instanceof HTMLFormElement;

const nameLink = () =>
  h('p', { class: 'settings-more' }, h('a', { href: '/settings/name' }, t('ownName.link')));

/**
 * Shows the settings in a dialog, which stores each choice at once.
 * @param token of a playground page, whose address names its user
 */
export async function openSettings(token: string | null): Promise<void> {
  const fault = h('p', { class: 'fault', role: 'alert', hidden: true });
  const showFault = (text: string) => {
    fault.hidden = text === '';
    fault.textContent = text;
  };
  const fields = h('div', { class: 'form settings' });
  const close = h('button', { type: 'button', class: 'button quiet' }, t('common.close'));
  const dialog = h(
    'dialog',
    { id: 'settings', 'aria-labelledby': 'settings-title' },
    h('h2', { id: 'settings-title' }, t('settings.title')),
    h('p', { class: 'setting-hint' }, t('settings.hint')),
    fields,
    fault,
    ...(token === null && hasChosenName() ? [nameLink()] : []),
    h('div', { class: 'form-actions' }, close),
  );
  close.addEventListener('click', () => dialog.close());
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  try {
    fields.append(...settingsFields(await readSettings(token)).map((field) => toNode(field)));
  } catch (error) {
    showFault(`${t('settings.loadFailed')} ${faultText(error)}`);
  }
  fields.addEventListener('change', async ({ target }) => {
    if (!(target instanceof HTMLInputElement)) return;
    showFault('');
    const body = { [target.name]: target.value };
    try {
      const request = { method: 'PATCH', url: '/api/me/settings', body, token };
      applySettings((await requestApi<UserSettings>(request)).answer);
    } catch (error) {
      showFault(faultText(error));
    }
  });
}
