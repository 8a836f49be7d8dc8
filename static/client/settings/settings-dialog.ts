import { type ChatClient, requestApi } from 'changeroom-client';
import type { PageState } from '../../../server/http/pages/page-state.js';
import { faultText } from '../../../server/http/pages/rows/fault-text.js';
import { notificationChanges } from '../../../server/http/pages/rows/notification-fields.js';
import { notificationFields } from '../../../server/http/pages/rows/notification-form.js';
import { settingsFields } from '../../../server/http/pages/rows/settings-form.js';
import { t } from '../../../server/http/pages/texts/text.js';
import type { RoomEntry } from '../../../server/protocol/room.js';
import type { UserSettings } from '../../../server/protocol/user-settings.js';
import { h, toNode } from '../elements.js';
import { deviceSection } from '../notifications/device-section.js';
import { startNotifications } from '../notifications/start.js';
import { LOCAL_TIME } from '../times.js';
import { applySettings, readSettings } from './page-settings.js';

/** The reader whose settings the dialog shows. */
export interface SettingsReader {
  client: ChatClient;
  page: PageState;
  /** The room that the page shows. */
  room: () => RoomEntry;
}

/** Users with accounts and playground users have no form for the name, or cannot secure it. */
const hasChosenName = () => document.getElementById('you') instanceof HTMLFormElement;

const nameLink = () =>
  h('p', { class: 'settings-more' }, h('a', { href: '/settings/name' }, t('ownName.link')));

/**
 * Shows the settings in a dialog, which stores each choice at once.
 * @param isForRoom only those of notifications are shown, with those of the room
 */
export async function openSettings(
  { client, page, room }: SettingsReader,
  isForRoom: boolean,
): Promise<void> {
  const token = page.as?.signed ?? null;
  const { name, joined } = room();
  const formRoom = isForRoom ? { name, isFollowed: joined } : null;
  const id_user = page.as === null ? page.user.id_user : null;
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
    h('h2', { id: 'settings-title' }, isForRoom ? t('notify.title') : t('settings.title')),
    !isForRoom && h('p', { class: 'setting-hint' }, t('settings.hint')),
    fields,
    fault,
    ...(token === null && !isForRoom && hasChosenName() ? [nameLink()] : []),
    h('div', { class: 'form-actions' }, close),
  );
  close.addEventListener('click', () => dialog.close());
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();

  function show(settings: UserSettings): void {
    const { timeZone: zone } = new Intl.DateTimeFormat().resolvedOptions();
    const options = { room: formRoom, time: LOCAL_TIME, now: Date.now(), zone };
    fields.replaceChildren(
      ...(isForRoom ? [] : settingsFields(settings).map((field) => toNode(field))),
      ...(isForRoom ? [] : [h('h3', {}, t('notify.title'))]),
      deviceSection(id_user, () => startNotifications(client, page)),
      ...notificationFields(settings.notifications, options).map((field) => toNode(field)),
    );
  }

  try {
    show(await readSettings(token));
  } catch (error) {
    showFault(`${t('settings.loadFailed')} ${faultText(error)}`);
  }
  fields.addEventListener('change', async ({ target }) => {
    if (!(target instanceof HTMLInputElement)) return;
    showFault('');
    const changed = changeOf(target, fields);
    if (changed === null) return;
    try {
      const request = { method: 'PATCH', url: '/api/me/settings', body: changed, token };
      applySettings((await requestApi<UserSettings>(request)).answer);
    } catch (error) {
      showFault(faultText(error));
    }
  });
}

/** The body of the request that stores a field; null while a pair of times is not complete. */
function changeOf({ name, value }: HTMLInputElement, fields: HTMLElement): object | null {
  if (!name.startsWith('notify_')) return { [name]: value };
  const fieldValue = (other: string) => fields.querySelector<HTMLInputElement>(`[name="${other}"]`)?.value;
  const others: Record<string, string[]> = {
    notify_room: ['notify_room_name'],
    notify_from: QUIET_FIELDS,
    notify_to: QUIET_FIELDS,
    notify_zone: QUIET_FIELDS,
  };
  const values = Object.fromEntries((others[name] ?? []).map((other) => [other, fieldValue(other)]));
  const isHalf = (values.notify_from === '') !== (values.notify_to === '');
  const notifications = isHalf ? null : notificationChanges({ ...values, [name]: value }, Date.now());
  return notifications && { notifications };
}

const QUIET_FIELDS = ['notify_from', 'notify_to', 'notify_zone'];
