import { storageOf } from '../page-storage.js';
import { endPush } from './push-subscription.js';

/** `unsupported`: the browser has no notifications here. `denied`: its user has blocked them for this site. */
export type DeviceState = 'unsupported' | 'denied' | 'off' | 'on';

const KEY = 'notifications';

/** Whether this browser shows notifications to a user. The choice is stored in the browser. */
export function deviceState(id_user: string): DeviceState {
  if (!('Notification' in globalThis) || !isSecureContext) return 'unsupported';
  if (Notification.permission === 'denied') return 'denied';
  const isOn = storageOf('localStorage', id_user)?.getItem(KEY) === 'on';
  return isOn && Notification.permission === 'granted' ? 'on' : 'off';
}

/** Asks for permission. To be called for a click only. */
export async function turnOn(id_user: string): Promise<void> {
  if ((await Notification.requestPermission()) === 'granted')
    storageOf('localStorage', id_user)?.setItem(KEY, 'on');
}

export function turnOff(id_user: string): void {
  storageOf('localStorage', id_user)?.removeItem(KEY);
  void endPush();
}
