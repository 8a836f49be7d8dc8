import styles from 'styles:code-colours';
import type { LanguageFn } from 'highlight.js';
import bash from 'highlight.js/lib/languages/bash';
import c from 'highlight.js/lib/languages/c';
import cpp from 'highlight.js/lib/languages/cpp';
import csharp from 'highlight.js/lib/languages/csharp';
import css from 'highlight.js/lib/languages/css';
import diff from 'highlight.js/lib/languages/diff';
import go from 'highlight.js/lib/languages/go';
import java from 'highlight.js/lib/languages/java';
import javascript from 'highlight.js/lib/languages/javascript';
import json from 'highlight.js/lib/languages/json';
import php from 'highlight.js/lib/languages/php';
import python from 'highlight.js/lib/languages/python';
import ruby from 'highlight.js/lib/languages/ruby';
import rust from 'highlight.js/lib/languages/rust';
import sql from 'highlight.js/lib/languages/sql';
import typescript from 'highlight.js/lib/languages/typescript';
import xml from 'highlight.js/lib/languages/xml';
import yaml from 'highlight.js/lib/languages/yaml';
import { createLowlight } from 'lowlight';
import { type Child, element } from '../../../server/http/pages/rows/element.js';
import { adoptStyles } from '../adopt-styles.js';

const LANGUAGES = {
  bash,
  c,
  cpp,
  csharp,
  css,
  diff,
  go,
  java,
  javascript,
  json,
  php,
  python,
  ruby,
  rust,
  sql,
  typescript,
  xml,
  yaml,
};
const lowlight = createLowlight(
  Object.fromEntries(Object.entries(LANGUAGES).map(([name, grammar]) => [name, withoutEmbedded(grammar)])),
);

/**
 * Longer code, or code with longer lines, has no colours: some grammars take quadratic time for long words. The slowest text
 * of this length, of 71 hostile ones in each language, takes 25 ms at first, when no code is compiled yet.
 */
const MAX_HIGHLIGHTED_LENGTH = 2_500;
const LONG_LINE = /[^\n]{400}/;

/** A grammar without languages within the language: 4,000 characters of `<script>` took 1.2 s. */
function withoutEmbedded(grammar: LanguageFn): LanguageFn {
  return (hljs) => {
    const language = grammar(hljs);
    const visited = new Set<unknown>();
    const visit = (part: unknown): void => {
      if (typeof part !== 'object' || part === null || part instanceof RegExp || visited.has(part)) return;
      visited.add(part);
      if ('subLanguage' in part) delete part.subLanguage;
      for (const member of Object.values(part)) visit(member);
    };
    visit(language);
    return language;
  };
}

/** The tree that lowlight returns, as far as it is used. */
interface HastNode {
  type: string;
  value?: string;
  properties?: { className?: unknown };
  children?: readonly HastNode[];
}

/**
 * Code as text and elements with the classes of highlight.js; null for a language without colours, and for long code.
 * @param language its name or an alias, in any case
 */
export function highlight(code: string, language: string): Child[] | null {
  const name = language.toLowerCase();
  if (code.length > MAX_HIGHLIGHTED_LENGTH || LONG_LINE.test(code) || !lowlight.registered(name)) return null;
  adoptStyles(styles);
  return toChildren(lowlight.highlight(name, code).children);
}

function toChildren(nodes: readonly HastNode[]): Child[] {
  return nodes.map(({ type, value = '', properties, children = [] }) => {
    if (type !== 'element') return value;
    const names = Array.isArray(properties?.className) ? properties.className.join(' ') : null;
    return element('span', { class: names }, ...toChildren(children));
  });
}
