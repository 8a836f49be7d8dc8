const adopted = new Set<string>();

/** Applies styles of a part that was loaded on demand. The content security policy allows no style elements. */
export function adoptStyles(text: string): void {
  if (adopted.has(text)) return;
  adopted.add(text);
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(text);
  document.adoptedStyleSheets.push(sheet);
}
