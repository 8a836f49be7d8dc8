import { type ElementTree, element } from './element.js';

/** Icons as paths in a square of 24, drawn with lines. */
const ICONS = {
  menu: 'M4 7h16M4 12h16M4 17h10',
  send: 'M12 19V5m-6 6 6-6 6 6',
  door: 'M14 12H3m7-4 4 4-4 4M14 4h5a1 1 0 0 1 1 1v14a1 1 0 0 1-1 1h-5',
  leave: 'M10 4H5a1 1 0 0 0-1 1v14a1 1 0 0 0 1 1h5m5-4 4-4-4-4m4 4H9',
  lock: 'M7 11V8a5 5 0 0 1 10 0v3M6 11h12a1 1 0 0 1 1 1v7a1 1 0 0 1-1 1H6a1 1 0 0 1-1-1v-7a1 1 0 0 1 1-1Z',
  plus: 'M12 5v14M5 12h14',
  people:
    'M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7ZM2.5 20a6.5 6.5 0 0 1 13 0M16 4.3a3.5 3.5 0 0 1 0 6.4M18.5 14.5a6.5 6.5 0 0 1 3 5.5',
  close: 'M6 6l12 12M18 6 6 18',
  clip: 'M20 11.5 12.5 19a5 5 0 0 1-7-7l8-8a3.3 3.3 0 0 1 4.7 4.7l-8 8a1.7 1.7 0 0 1-2.4-2.4L15 7',
  file: 'M14 3H7a1 1 0 0 0-1 1v16a1 1 0 0 0 1 1h10a1 1 0 0 0 1-1V7l-4-4Zm0 0v4h4',
  search: 'M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13Zm4.7-1.8L20.5 20.5',
  settings: 'M4 7h9m4 0h3M4 17h3m4 0h9M15 4.5v5M9 14.5v5',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  edit: 'M4 20l1-4.5L16.5 4a2.1 2.1 0 0 1 3 3L8.5 19 4 20m10.5-14 3.5 3.5',
  trash: 'M5 7h14M10 7V4.5h4V7M7 7l.8 12h8.4L17 7m-5 3.5v5.5',
  smile: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM8.5 14.5c1.8 2.3 5.2 2.3 7 0M9 9.5v.5M15 9.5v.5',
  pin: 'M9 4h6l-1 6 3.5 3.5h-11L10 10 9 4Zm3 9.5V20',
  at: 'M16 12a4 4 0 1 1-8 0 4 4 0 0 1 8 0Zm0-4v5a2.5 2.5 0 0 0 5 0v-1a9 9 0 1 0-3.5 7.1',
  reply: 'M9 7 4 12l5 5M4 12h10a6 6 0 0 1 6 6v1',
  link: 'M10 14a4 4 0 0 0 5.7 0l3-3A4 4 0 0 0 13 5.3l-1 1M14 10a4 4 0 0 0-5.7 0l-3 3a4 4 0 0 0 5.7 5.7l1-1',
} as const;

export type IconName = keyof typeof ICONS;

export function icon(name: IconName): ElementTree {
  return element(
    'svg',
    { class: 'icon', viewBox: '0 0 24 24', 'aria-hidden': 'true' },
    element('path', { d: ICONS[name] }),
  );
}
