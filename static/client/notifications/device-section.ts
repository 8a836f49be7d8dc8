import { t } from '../../../server/http/pages/texts/text.js';
import { h } from '../elements.js';
import { deviceState, turnOff, turnOn } from './device-switch.js';
import { hasPush, startPush } from './push-subscription.js';

/**
 * Says whether this browser shows notifications, with the button that turns them on: only here, the page asks the browser for
 * permission.
 * @param id_user null where the users of a browser share it, so that notifications are not shown
 * @param started called when they are turned on
 */
export function deviceSection(id_user: string | null, started: () => void): HTMLElement {
  const words = h('p', { class: 'setting-hint', role: 'status' });
  const button = h('button', { type: 'button', class: 'button quiet' });
  let isPushed = false;

  function show(): void {
    const state = id_user === null ? 'unsupported' : deviceState(id_user);
    words.textContent = {
      unsupported: t('notify.unsupported'),
      denied: t('notify.denied'),
      off: t('notify.isOff'),
      on: isPushed ? t('notify.isOn') : t('notify.isOnWhileOpen'),
    }[state];
    button.hidden = state === 'unsupported' || state === 'denied';
    button.textContent = state === 'on' ? t('notify.turnOff') : t('notify.turnOn');
  }

  button.addEventListener('click', async () => {
    if (id_user === null) return;
    button.disabled = true;
    if (deviceState(id_user) === 'on') turnOff(id_user);
    else await turnOn(id_user);
    button.disabled = false;
    show();
    button.focus();
    if (deviceState(id_user) === 'on') {
      started();
      // The push service of the browser may take long to answer.
      isPushed = await startPush();
      show();
    }
  });
  show();
  void hasPush().then((has) => {
    isPushed ||= has;
    show();
  });
  return h(
    'section',
    { class: 'device-notifications', 'aria-label': t('notify.thisBrowser') },
    words,
    button,
  );
}
