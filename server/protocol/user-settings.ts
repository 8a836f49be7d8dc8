import { ChatError } from './errors.js';
import {
  DEFAULT_NOTIFICATIONS,
  type NotificationChanges,
  type NotificationSettings,
  readNotifications,
} from './notifications.js';

export const THEMES = ['system', 'light', 'dark'] as const;
export const DENSITIES = ['comfortable', 'compact'] as const;
export const CLOCKS = ['auto', '12', '24'] as const;
/** The languages of the pages, by their tags (BCP 47). */
export const LANGUAGE_TAGS = ['en', 'de'] as const;
/** `auto`: by the browser. */
export const LANGUAGE_CHOICES = ['auto', ...LANGUAGE_TAGS] as const;

/**
 * Each setting with its values, of which the first is the default. Notifications are a member of `UserSettings` with rules of
 * their own.
 */
const CHOICES = {
  theme: THEMES,
  density: DENSITIES,
  clock: CLOCKS,
  language: LANGUAGE_CHOICES,
} as const;

export type ChoiceName = keyof typeof CHOICES;

/** The settings of a user, with the defaults of those not set. */
export interface UserSettings {
  theme: (typeof THEMES)[number];
  density: (typeof DENSITIES)[number];
  clock: (typeof CLOCKS)[number];
  language: (typeof LANGUAGE_CHOICES)[number];
  notifications: NotificationSettings;
}

export const DEFAULT_SETTINGS: UserSettings = {
  theme: 'system',
  density: 'comfortable',
  clock: 'auto',
  language: 'auto',
  notifications: DEFAULT_NOTIFICATIONS,
};

/** The values of a setting, the default first. */
export const choicesOf = (name: ChoiceName): readonly string[] => CHOICES[name];

/** A setting as a program sends it. @throws ChatError `bad-setting` */
export function cleanSetting<N extends ChoiceName>(name: N, value: unknown): UserSettings[N] {
  if (isChoice(name, value)) return value;
  throw new ChatError('bad-setting', `${name} must be one of ${CHOICES[name].join(', ')}`, { field: name });
}

/** The settings in a row, which any driver may have written: a value that is not a choice counts as the default. */
export function readSettings(row: { readonly [N in keyof UserSettings]?: unknown }): UserSettings {
  const read = <N extends ChoiceName>(name: N): UserSettings[N] => {
    const value = row[name];
    return isChoice(name, value) ? value : DEFAULT_SETTINGS[name];
  };
  return {
    theme: read('theme'),
    density: read('density'),
    clock: read('clock'),
    language: read('language'),
    notifications: readNotifications(row.notifications),
  };
}

function isChoice<N extends ChoiceName>(name: N, value: unknown): value is UserSettings[N] {
  const choices: readonly unknown[] = CHOICES[name];
  return choices.includes(value);
}

/** Settings to change; those left out are kept. */
export interface SettingsChanges extends Partial<Omit<UserSettings, 'notifications'>> {
  notifications?: NotificationChanges;
}
