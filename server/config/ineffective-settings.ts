import type { NamedSettings } from './environment.js';
import { type SettingName, settings } from './settings.js';

/** Warnings about settings that have no effect without, or with, another one. Defaults are not reported. */
export function ineffectiveSettings(
  values: NamedSettings['values'],
  setBy: NamedSettings['setBy'],
): string[] {
  const isSet = (name: string) => Boolean(values[name as SettingName]);
  return (Object.keys(settings) as SettingName[]).flatMap((name) => {
    const { effectiveWith, effectiveWithout } = settings[name].meta() ?? {};
    if (!isSet(name) || values[name] === String(settings[name].safeParse(undefined).data)) return [];
    const shown = setBy[name] ?? name;
    if (effectiveWith && !isSet(effectiveWith)) return [`${shown} has no effect without ${effectiveWith}`];
    if (effectiveWithout && isSet(effectiveWithout))
      return [`${shown} has no effect with ${effectiveWithout}`];
    return [];
  });
}
