import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { en } from '../../../../server/http/pages/texts/en.js';
import { LANGUAGE_TAGS, LANGUAGES } from '../../../../server/http/pages/texts/languages.js';
import type { Template } from '../../../../server/http/pages/texts/template.js';
import { ERRORS } from '../../../../server/protocol/errors.js';
import { untranslatedInScript, untranslatedInView } from '../../../support/untranslated.js';

const messages: Readonly<Record<string, Template>> = en;
const views = filesIn('views', '.pug').filter(({ path }) => !path.endsWith('docs.pug'));
const scripts = [...filesIn('server/http', '.ts'), ...filesIn('static/client', '.ts')];

function filesIn(folder: string, ending: string): { path: string; text: string }[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith(ending))
    .map((file) => join(folder, file))
    .map((path) => ({ path, text: readFileSync(path, 'utf8') }));
}

/** Names of the parameters of a template, sorted. */
function parametersOf(template: Template): string[] {
  const forms = typeof template === 'string' ? [template] : Object.values(template);
  const names = forms.flatMap((form) => [...form.matchAll(/\{(\w+)\}/gu)].map(([, name]) => name ?? ''));
  return [...new Set(names)].sort();
}

describe('the texts of the interface', () => {
  test.each(LANGUAGE_TAGS)('have the parameters of the English ones in %s', (language) => {
    const translated: Readonly<Record<string, Template>> = LANGUAGES[language].messages;
    expect(Object.keys(translated).sort()).toEqual(Object.keys(en).sort());
    const wrong = Object.entries(messages).filter(([key, template]) => {
      const found = translated[key];
      return found === undefined || parametersOf(found).join() !== parametersOf(template).join();
    });
    expect(wrong.map(([key]) => key)).toEqual([]);
  });

  test.each(LANGUAGE_TAGS)('have each plural form that %s distinguishes', (language) => {
    const { pluralCategories } = new Intl.PluralRules(language).resolvedOptions();
    const plurals = Object.entries<Template>(LANGUAGES[language].messages).filter(
      ([, one]) => typeof one !== 'string',
    );
    const missing = plurals.flatMap(([key, template]) =>
      pluralCategories
        .filter((category) => !(category in Object(template)))
        .map((category) => `${key}: ${category}`),
    );
    expect(missing).toEqual([]);
  });

  test.each(LANGUAGE_TAGS)('explain all errors in %s', (language) => {
    const { faults } = LANGUAGES[language];
    expect(faults === null ? [] : Object.keys(ERRORS).filter((code) => !(code in faults))).toEqual([]);
  });

  test('are used, each of them, by templates or scripts', () => {
    const sources = [...views, ...scripts].map(({ text }) => text).join('\n');
    const used = new Set([...sources.matchAll(/\bt(?:Parts)?\(\s*'([\w.]+)'/gu)].map(([, key]) => key));
    expect(Object.keys(en).filter((key) => !used.has(key))).toEqual([]);
  });

  test('exist for the keys of the templates, with their parameters', () => {
    const calls = views.flatMap(({ path, text }) =>
      [...text.matchAll(/\bt(?:Parts)?\('([\w.]+)'(?:, \{([^}]*)\})?/gu)].map(
        ([, key = '', values = '']) => ({
          path,
          key,
          given: [...values.matchAll(/(?:^|,)\s*(\w+)/gu)].map(([, name]) => name).sort(),
        }),
      ),
    );
    expect(calls.length).toBeGreaterThan(50);
    const wrong = calls.filter(({ key, given }) => {
      const template = messages[key];
      return template === undefined || parametersOf(template).join() !== given.join();
    });
    expect(wrong).toEqual([]);
  });

  test('are not written into the templates', () => {
    expect(
      views.flatMap(({ path, text }) => untranslatedInView(text).map((found) => `${path}: ${found}`)),
    ).toEqual([]);
  });

  test('are not written into the scripts of the page', () => {
    const page = scripts.filter(({ path }) => /static\/client|pages\/rows|pages\/[\w-]+\.ts$/.test(path));
    expect(page.length).toBeGreaterThan(60);
    expect(
      page.flatMap(({ path, text }) => untranslatedInScript(text).map((found) => `${path}: ${found}`)),
    ).toEqual([]);
  });

  test('an untranslated text is found', () => {
    expect(
      untranslatedInView("button.button(title='Send') Save it\n| or not\nspan= t('common.you')"),
    ).toEqual(['Send', 'Save it', 'or not']);
    const script =
      "element('p', {}, 'Save'); setText('notice', 'It was saved'); h('p', { title: 'Why' }, t('common.you'))";
    expect(untranslatedInScript(script)).toEqual(['Save', 'Why', 'It was saved']);
  });
});
