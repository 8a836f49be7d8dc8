import { aliases, replacedSettings, type UrlParts, urlParts } from './alternative-names.js';
import type { SettingName } from './settings.js';
import { contradictions, givenParts, urlOf } from './url-parts.js';

/** The variables of an environment, under the names of their settings. Empty variables are left out. */
export interface NamedSettings {
  values: Partial<Record<SettingName, string>>;
  /** The variables that set a value, where these have other names. */
  setBy: Partial<Record<SettingName, string>>;
  faults: string[];
  warnings: string[];
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Resolves alternative names. Different values under two names of one setting are a fault. */
export function resolveNames(env: Environment): NamedSettings {
  const values: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined && value !== '' && !Object.hasOwn(aliases, name)) values[name] = value;
  }
  const named: NamedSettings = { values, setBy: {}, faults: [], warnings: [] };
  for (const alias of Object.keys(aliases)) resolveAlias(alias, env, named);
  for (const parts of urlParts) resolveParts(parts, env, named);
  for (const [name, { advice, values: format }] of Object.entries(replacedSettings)) {
    const value = env[name];
    if (value && (format?.test(value) ?? true)) named.warnings.push(`${name} has no effect: ${advice}`);
  }
  return named;
}

/** Whether an environment sets the same setting as the variable `name` under another of its names. */
export function isSetOtherwise(name: string, env: Environment): boolean {
  const partsOfName = urlParts.find(({ variables }) => Object.values(variables).flat().includes(name));
  const setting = partsOfName?.setting ?? aliases[name]?.setting ?? name;
  const aliasNames = Object.keys(aliases).filter((alias) => aliases[alias]?.setting === setting);
  const isNamed = [setting, ...aliasNames].some((other) => other !== name && Boolean(env[other]));
  const parts = urlParts.find((one) => one.setting === setting);
  // Some parts in the environment complete those of the file.
  return isNamed || (parts !== undefined && partsOfName === undefined && givenParts(parts, env).isServer);
}

function resolveAlias(alias: string, env: Environment, { values, setBy, faults, warnings }: NamedSettings) {
  const given = env[alias];
  const declared = aliases[alias];
  if (!given || !declared) return;
  const { setting, isDeprecated, values: equivalents = {} } = declared;
  const equivalent = Object.hasOwn(equivalents, given) ? equivalents[given] : undefined;
  const use = equivalent === undefined ? setting : `${setting}=${equivalent}`;
  if (isDeprecated) warnings.push(`the setting ${alias} is deprecated: use ${use} instead`);
  const value = equivalent ?? given;
  if (values[setting] === undefined) {
    values[setting] = value;
    setBy[setting] = alias;
  } else if (values[setting] !== value) {
    const other = setBy[setting] ?? setting;
    faults.push(`${other} and ${alias} are one setting, but have different values: remove ${alias}`);
  }
}

function resolveParts(
  parts: UrlParts,
  env: Environment,
  { values, setBy, faults, warnings }: NamedSettings,
): void {
  const { setting } = parts;
  const given = givenParts(parts, env);
  const names = list(given.names);
  if (given.names.length === 0) return;
  if (!given.isServer) {
    if (!values[setting]) warnings.push(`${names} has no effect without ${setting}`);
    return;
  }
  faults.push(...given.faults);
  const url = values[setting];
  if (url === undefined) {
    values[setting] = urlOf(parts, given.values);
    setBy[setting] = names;
  } else {
    const differing = contradictions(parts, env, url);
    if (differing.length > 0)
      faults.push(`${setting} and ${list(differing)} have different values: remove ${list(differing)}`);
  }
  const isOne = given.names.length === 1;
  const use = url === undefined ? `${setting}=${urlOf(parts, given.values, 'PASSWORD')}` : setting;
  warnings.push(
    `the ${isOne ? 'setting' : 'settings'} ${names} ${isOne ? 'is' : 'are'} deprecated: use ${use} instead`,
  );
}

function list(names: readonly string[]): string {
  return names.length < 2 ? names.join() : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
