import type { DocumentedGroup } from './setting-groups.js';

/**
 * Replaces the tables of a Markdown document. Their places are marked: `<!-- settings: Redis -->` … `<!-- end -->`.
 * @throws Error for a mark that names no table
 */
export function replaceTables(document: string, tables: ReadonlyMap<string, string>): string {
  return document.replace(/(<!-- settings: (.*?) -->\n).*?(<!-- end -->)/gs, (_all, begin, title, end) => {
    const table = tables.get(title);
    if (table === undefined) throw new Error(`There are no settings with the title ${title}`);
    return `${begin}\n${table}\n${end}`;
  });
}

export function settingsTable({ settings }: DocumentedGroup): string {
  return table(
    ['Variable', 'Default', 'Meaning'],
    settings.map(({ name, fallback, description }) => [code(name), code(fallback), description]),
  );
}

/** Aligns the columns, as the formatter does. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((_title, column) =>
    Math.max(3, ...[head, ...rows].map((cells) => cells[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    `| ${widths.map((width, column) => (cells[column] ?? '').padEnd(width)).join(' | ')} |\n`;
  return [head, widths.map((width) => '-'.repeat(width)), ...rows].map(line).join('');
}

export function code(text: string): string {
  return text === '' ? '' : `\`${text}\``;
}
