import type { NotificationSettings } from '../../../protocol/notifications.js';
import { t } from '../texts/text.js';
import { type ElementTree, element } from './element.js';
import type { TimeFormat } from './time-format.js';

/** The room whose level the form shows. */
export interface FormRoom {
  name: string;
  isFollowed: boolean;
}

export interface NotificationFormOptions {
  /** Null: the form is about all rooms. */
  room: FormRoom | null;
  time: TimeFormat;
  /** Milliseconds since 1970. */
  now: number;
  /** The zone for new quiet hours. */
  zone: string;
}

/** Lengths of a pause, in minutes. */
export const PAUSE_MINUTES = [30, 60, 480, 1440] as const;

interface Option {
  value: string;
  text: string;
}

/** The fields of the settings of notifications. `notificationChanges` reads them. */
export function notificationFields(
  settings: NotificationSettings,
  { room, time, now, zone }: NotificationFormOptions,
): ElementTree[] {
  const { level, rooms, sound, paused_until: until, quiet } = settings;
  const ofRoom = room && (Object.hasOwn(rooms, room.name) ? rooms[room.name] : undefined);
  const isPaused = until !== null && until > now;
  const paused = isPaused
    ? [{ value: 'keep', text: t('notify.pausedUntil', { time: time.fullTime(until) }) }]
    : [];
  return [
    ...(room ? roomFields(room, ofRoom ?? 'default') : []),
    choice('notify_level', t('notify.level'), levels(), level),
    choice('notify_pause', t('notify.pause'), [...paused, ...pauses()], isPaused ? 'keep' : '0'),
    quietFields(quiet ?? { from: '', to: '', zone }),
    choice('notify_sound', t('notify.sound'), sounds(), sound ? 'on' : 'off'),
  ];
}

function roomFields({ name, isFollowed }: FormRoom, chosen: string): ElementTree[] {
  const options = [
    { value: 'default', text: isFollowed ? t('notify.asFollowed') : t('notify.asOthers') },
    ...levels().filter(({ value }) => value !== 'all' || isFollowed),
  ];
  const shown = options.some(({ value }) => value === chosen) ? chosen : 'mentions';
  return [
    element('input', { type: 'hidden', name: 'notify_room_name', value: name }),
    choice('notify_room', `#${name}`, options, shown),
  ];
}

const levels = (): Option[] => [
  { value: 'all', text: t('notify.all') },
  { value: 'mentions', text: t('notify.mentions') },
  { value: 'none', text: t('notify.none') },
];

const sounds = (): Option[] => [
  { value: 'off', text: t('notify.off') },
  { value: 'on', text: t('notify.on') },
];

const pauses = (): Option[] => [
  { value: '0', text: t('notify.off') },
  ...PAUSE_MINUTES.map((minutes) => ({
    value: String(minutes),
    text: minutes < 60 ? t('notify.minutes', { count: minutes }) : t('notify.hours', { count: minutes / 60 }),
  })),
];

function choice(name: string, label: string, options: readonly Option[], chosen: string): ElementTree {
  return element(
    'fieldset',
    { class: 'setting' },
    element('legend', {}, label),
    ...options.map(({ value, text }) =>
      element(
        'label',
        { class: 'setting-choice' },
        element('input', { type: 'radio', name, value, checked: value === chosen }),
        element('span', {}, text),
      ),
    ),
  );
}

function quietFields({ from, to, zone }: { from: string; to: string; zone: string }): ElementTree {
  const field = (name: string, label: string, attributes: Record<string, string>) =>
    element(
      'label',
      { class: 'setting-field' },
      element('span', {}, label),
      element('input', { name, autocomplete: 'off', ...attributes }),
    );
  return element(
    'fieldset',
    { class: 'setting' },
    element('legend', {}, t('notify.quiet')),
    field('notify_from', t('notify.from'), { type: 'time', value: from }),
    field('notify_to', t('notify.to'), { type: 'time', value: to }),
    field('notify_zone', t('notify.zone'), { type: 'text', value: zone, maxlength: '60' }),
  );
}
