import {
  type ChoiceName,
  CLOCKS,
  DENSITIES,
  LANGUAGE_CHOICES,
  THEMES,
  type UserSettings,
} from '../../../protocol/user-settings.js';
import { t } from '../texts/text.js';
import { type ElementTree, element } from './element.js';

interface Choice {
  name: ChoiceName;
  label: string;
  values: readonly { value: string; text: string }[];
}

/** The fields of the settings: a group of choices for each of them. */
export function settingsFields(settings: UserSettings): ElementTree[] {
  return choices().map(({ name, label, values }) =>
    element(
      'fieldset',
      { class: 'setting' },
      element('legend', {}, label),
      ...values.map(({ value, text }) =>
        element(
          'label',
          { class: 'setting-choice' },
          element('input', { type: 'radio', name, value, checked: settings[name] === value }),
          element('span', {}, text),
        ),
      ),
    ),
  );
}

function choices(): Choice[] {
  const themes = {
    system: t('settings.theme.system'),
    light: t('settings.theme.light'),
    dark: t('settings.theme.dark'),
  };
  const densities = {
    comfortable: t('settings.density.comfortable'),
    compact: t('settings.density.compact'),
  };
  const clocks = {
    auto: t('settings.clock.auto'),
    '12': t('settings.clock.12'),
    '24': t('settings.clock.24'),
  };
  return [
    {
      name: 'theme',
      label: t('settings.theme'),
      values: THEMES.map((value) => ({ value, text: themes[value] })),
    },
    {
      name: 'density',
      label: t('settings.density'),
      values: DENSITIES.map((value) => ({ value, text: densities[value] })),
    },
    {
      name: 'clock',
      label: t('settings.clock'),
      values: CLOCKS.map((value) => ({ value, text: clocks[value] })),
    },
    {
      name: 'language',
      label: t('settings.language'),
      values: LANGUAGE_CHOICES.map((value) => ({
        value,
        text: value === 'auto' ? t('settings.language.auto') : nameOfLanguage(value),
      })),
    },
  ];
}

/** In the language itself: `Deutsch`. */
function nameOfLanguage(tag: string): string {
  return new Intl.DisplayNames(tag, { type: 'language' }).of(tag) ?? tag;
}
