import { groups } from '../../server/config/setting-headings.js';
import { type SettingName, settings } from '../../server/config/settings.js';
import { type TunnelSetting, tunnelSettings } from '../../server/config/tunnel-settings.js';

/** A setting as the documents show it. */
export interface DocumentedSetting {
  name: string;
  /** Empty: there is no default. */
  fallback: string;
  /** Markdown. */
  description: string;
}

export interface DocumentedGroup {
  title: string;
  settings: DocumentedSetting[];
}

export const TUNNEL_GROUP = 'SSH tunnel';

/** The settings of the server and of tunnel-and-serve.sh, in the order of their declarations. */
export function documentedGroups(): DocumentedGroup[] {
  const documented: DocumentedGroup[] = [];
  for (const name of Object.keys(settings) as SettingName[]) {
    const title = groups.find(({ first }) => first === name)?.title;
    if (title !== undefined) documented.push({ title, settings: [] });
    documented.at(-1)?.settings.push(documentedSetting(name));
  }
  const ofTunnel = Object.entries<TunnelSetting>(tunnelSettings).map(
    ([name, { description, fallback = '' }]) => ({ name, fallback, description }),
  );
  return [...documented, { title: TUNNEL_GROUP, settings: ofTunnel }];
}

/** A description without the marks of Markdown. */
export function plainText(description: string): string {
  return description.replaceAll('`', '');
}

function documentedSetting(name: SettingName): DocumentedSetting {
  const setting = settings[name];
  const { data } = setting.safeParse(undefined);
  const { fallback = String(data ?? '') } = setting.meta() ?? {};
  return { name, fallback, description: setting.description ?? '' };
}
