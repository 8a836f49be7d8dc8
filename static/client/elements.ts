import type { Attributes, Child, ElementTree } from '../../server/http/pages/rows/element.js';

const SVG = 'http://www.w3.org/2000/svg';
const SVG_TAGS = new Set(['svg', 'path']);

/** Makes a DOM element of a tree. Strings become text, never markup. */
export function toNode({ tag, attributes, children }: ElementTree<Node>): HTMLElement | SVGElement {
  return SVG_TAGS.has(tag)
    ? fill(document.createElementNS<'svg'>(SVG, tag as 'svg'), attributes, children)
    : fill(document.createElement(tag), attributes, children);
}

/** Makes an element of the page's own, as `toNode` does. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child<Node>[]
): HTMLElementTagNameMap[K] {
  return fill(document.createElement(tag), attributes, children);
}

function fill<E extends Element>(element: E, attributes: Attributes, children: readonly Child<Node>[]): E {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== false && value !== null && value !== undefined)
      element.setAttribute(name, value === true ? '' : value);
  }
  for (const child of children) {
    if (child === false || child === null || child === undefined) continue;
    element.append(typeof child === 'string' || child instanceof Node ? child : toNode(child));
  }
  return element;
}

/** An element that the page has by its id. */
export function byId<T extends HTMLElement>(id: string): T {
  const element = document.getElementById(id);
  if (!element) throw new Error(`the page has no #${id}`);
  return element as T;
}
