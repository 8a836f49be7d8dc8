import styles from 'styles:code-colours';
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
const lowlight = createLowlight(LANGUAGES);

/** The tree that lowlight returns, as far as it is used. */
interface HastNode {
  type: string;
  value?: string;
  properties?: { className?: unknown };
  children?: readonly HastNode[];
}

/**
 * Code as text and elements with the classes of highlight.js; null for a language without colours.
 * @param language its name or an alias, in any case
 */
export function highlight(code: string, language: string): Child[] | null {
  const name = language.toLowerCase();
  if (!lowlight.registered(name)) return null;
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
