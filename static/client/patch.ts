import type { Child, ElementTree } from '../../server/http/pages/rows/element.js';
import { toNode } from './elements.js';

type Tree = ElementTree<Node>;
type Drawn = string | Node | Tree;

/**
 * Makes an element that was drawn from one tree match another one, and touches only what differs: what is equal keeps the
 * focus, the selection, its highlighting and what the reader has expanded, and screen readers do not announce it again.
 * Attributes that no tree contains stay as they are, and so do elements that were appended to the root. A part in which
 * other code has changed the nodes is drawn again if its tree differs.
 * @returns the element, or a new one if the tag differs; the caller has to replace the old one
 */
export function patch(element: Element, before: Tree, after: Tree): Element {
  if (before.tag !== after.tag) return toNode(after);
  patchPart(element, before, after);
  return element;
}

function patchPart(element: Element, before: Tree, after: Tree): void {
  patchAttributes(element, before, after);
  const [from, to] = [drawnOf(before.children), drawnOf(after.children)];
  if (isSame(from, to)) return;
  if (hasNodesOf(element, from)) patchChildren(element, from, to);
  else element.replaceChildren(...to.map((child) => (isTree(child) ? toNode(child) : child)));
}

/** The first child nodes of the element are those that were drawn. */
function hasNodesOf(element: Element, drawn: readonly Drawn[]): boolean {
  return drawn.every((child, i) => {
    const node = element.childNodes[i];
    if (typeof child === 'string') return node instanceof Text;
    return isTree(child) ? node instanceof Element && node.localName === child.tag : node === child;
  });
}

function isSame(before: readonly Drawn[], after: readonly Drawn[]): boolean {
  return before.length === after.length && before.every((one, i) => isSameChild(one, after[i]));
}

function isSameChild(a: Drawn, b: Drawn | undefined): boolean {
  if (!isTree(a) || !isTree(b)) return a === b;
  const names = new Set([...Object.keys(a.attributes), ...Object.keys(b.attributes)]);
  return (
    a.tag === b.tag &&
    [...names].every((name) => a.attributes[name] === b.attributes[name]) &&
    isSame(drawnOf(a.children), drawnOf(b.children))
  );
}

function patchAttributes(element: Element, { attributes: before }: Tree, { attributes: after }: Tree): void {
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const value = after[name];
    if (before[name] === value) continue;
    if (value === false || value === null || value === undefined) element.removeAttribute(name);
    else element.setAttribute(name, value === true ? '' : value);
  }
}

/** Matches children in their order; a child without a counterpart is inserted or removed. */
function patchChildren(element: Element, before: readonly Drawn[], after: readonly Drawn[]): void {
  let node = element.firstChild;
  let old = 0;
  for (const [i, child] of after.entries()) {
    // A child that is like a later one of the previous tree comes after children that are removed.
    const like = before.findIndex((one, j) => j >= old && isAlike(one, child));
    const isNeededLater = like > old && after.slice(i + 1).some((one) => isAlike(before[old], one));
    if (like < 0 || isNeededLater) {
      element.insertBefore(typeof child === 'string' ? document.createTextNode(child) : toDom(child), node);
      continue;
    }
    for (; old < like; old += 1) node = removed(node);
    const previous = before[old];
    const next = node?.nextSibling ?? null;
    if (node && previous !== undefined) patchNode(node, previous, child);
    node = next;
    old += 1;
  }
  for (; old < before.length; old += 1) node = removed(node);
}

function patchNode(node: ChildNode, before: Drawn, after: Drawn): void {
  if (typeof after === 'string') {
    if (before !== after) node.textContent = after;
  } else if (isTree(before) && isTree(after) && node instanceof Element) patchPart(node, before, after);
}

/** The same DOM node can stand for both. */
function isAlike(a: Drawn | undefined, b: Drawn): boolean {
  if (typeof a === 'string' || typeof b === 'string') return typeof a === typeof b;
  if (!isTree(a) || !isTree(b)) return a === b;
  return a.tag === b.tag && kindOf(a) === kindOf(b);
}

/** The first class says of an element which part of its row it is. */
function kindOf({ attributes }: Tree): string {
  return typeof attributes.class === 'string' ? (attributes.class.split(' ', 1)[0] ?? '') : '';
}

function removed(node: ChildNode | null): ChildNode | null {
  const next = node?.nextSibling ?? null;
  node?.remove();
  return next;
}

const drawnOf = (children: readonly Child<Node>[]): Drawn[] =>
  children.filter((child) => child !== false && child !== null && child !== undefined);

const isTree = (drawn: Drawn | undefined): drawn is Tree =>
  typeof drawn === 'object' && !(drawn instanceof Node);

const toDom = (drawn: Node | Tree): Node => (isTree(drawn) ? toNode(drawn) : drawn);
