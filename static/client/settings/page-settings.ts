import { type ChatClient, requestApi } from 'changeroom-client';
import type { UserSettings } from '../../../server/protocol/user-settings.js';

/** Colours of the browser's frame, as in views/layout.pug. */
const FRAME_COLOURS = { light: '#f5f0e6', dark: '#191719' } as const;

/**
 * Applies the settings of the user to the page, which the server has rendered with them, when they change: on this page, on
 * another device, or in the table. Texts and times are rendered again by loading the page.
 */
export function applySettings({ theme, density, clock, language }: UserSettings): void {
  const root = document.documentElement;
  const isShown = (language === 'auto' || language === root.lang) && clock === (root.dataset.clock ?? 'auto');
  setData(root, 'theme', theme === 'system' ? null : theme);
  setData(root, 'density', density === 'compact' ? density : null);
  for (const meta of document.querySelectorAll<HTMLMetaElement>('meta[name="theme-color"]')) {
    const scheme = meta.media.includes('dark') ? 'dark' : 'light';
    meta.content = FRAME_COLOURS[theme === 'system' ? scheme : theme];
  }
  if (!isShown) location.reload();
}

function setData({ dataset }: HTMLElement, name: string, value: string | null): void {
  if (value === null) delete dataset[name];
  else dataset[name] = value;
}

/** @param token of a playground page, whose address names its user */
export function followSettings(client: ChatClient, token: string | null): void {
  let hasConnected = false;
  client.subscribe((event) => {
    if (event.type !== 'frame') return;
    if (event.frame.type === 'settingsChanged') applySettings(event.frame.settings);
    // A change during the interruption was missed.
    if (event.frame.type === 'welcome' && hasConnected) void refresh(token);
    hasConnected ||= event.frame.type === 'welcome';
  });
}

async function refresh(token: string | null): Promise<void> {
  try {
    applySettings(await readSettings(token));
  } catch {
    // The page keeps its settings until the next change.
  }
}

/** @throws ConnectionError, RequestError */
export async function readSettings(token: string | null): Promise<UserSettings> {
  return (await requestApi<UserSettings>({ method: 'GET', url: '/api/me/settings', token })).answer;
}
