export type Attributes = Readonly<Record<string, string | boolean | null | undefined>>;

/**
 * An element to draw, as data. The server writes it as HTML (pages/html.ts), the browser makes DOM nodes of it
 * (static/client/elements.ts): a row is described once and looks the same on both sides.
 *
 * `Slot` is what one side can place beside elements and text: finished HTML on the server, DOM nodes in the browser.
 */
export interface ElementTree<Slot = never> {
  readonly tag: string;
  readonly attributes: Attributes;
  readonly children: readonly Child<Slot>[];
}

/** A string becomes text, never markup. False, null and undefined draw nothing. */
export type Child<Slot = never> = string | false | null | undefined | ElementTree<Slot> | Slot;

/** @param attributes true: the attribute without a value; false, null and undefined: no such attribute */
export function element<Slot = never>(
  tag: string,
  attributes: Attributes = {},
  ...children: Child<NoInfer<Slot>>[]
): ElementTree<Slot> {
  return { tag, attributes, children };
}

/** The value of a `class` attribute; names that are false or empty are left out. */
export function classes(...names: (string | false | 0 | null | undefined)[]): string | null {
  return names.filter(Boolean).join(' ') || null;
}
