import { aliases, type SettingName } from './settings.js';

/** The variables of an environment, under the names of their settings. Empty variables are left out. */
export interface NamedSettings {
  values: Partial<Record<SettingName, string>>;
  /** The variable that set a value, where that is an alias. */
  setBy: Partial<Record<SettingName, string>>;
  faults: string[];
  warnings: string[];
}

/** Resolves the aliases of settings. Different values under two names of one setting are a fault. */
export function resolveAliases(env: Readonly<Record<string, string | undefined>>): NamedSettings {
  const values: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined && value !== '' && !Object.hasOwn(aliases, name)) values[name] = value;
  }
  const named: NamedSettings = { values, setBy: {}, faults: [], warnings: [] };
  for (const [alias, { setting, isDeprecated }] of Object.entries(aliases)) {
    const value = env[alias];
    if (!value) continue;
    if (isDeprecated) named.warnings.push(`the setting ${alias} is deprecated: use ${setting} instead`);
    if (values[setting] === undefined) {
      values[setting] = value;
      named.setBy[setting] = alias;
    } else if (values[setting] !== value) {
      named.faults.push(
        `${setting} and ${alias} are one setting, but have different values: remove ${alias}`,
      );
    }
  }
  return named;
}
