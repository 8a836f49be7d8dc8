const VARIABLE = /^\s*(?:export\s+)?([A-Za-z_][\w.-]*)\s*=\s*(.*)$/;
const EMPTY = /^\s*(#|$)/;

/**
 * Checks the lines of a settings file. `util.parseEnv` of Node.js accepts any text: depending on its version, it ignores a
 * faulty line or makes it part of the next name.
 * @returns faults with the number of the line, and without text of the file, which may be secret
 */
export function faultyLines(text: string): string[] {
  const faults: string[] = [];
  /** The quote that ends the current value, the name of its variable, and the number of its first line. */
  let open: { quote: string; name: string; line: number } | null = null;
  for (const [i, content] of text.split(/\r?\n/).entries()) {
    const line = i + 1;
    if (open !== null) {
      if (content.includes(open.quote)) open = null;
      continue;
    }
    const [, name = '', value = ''] = VARIABLE.exec(content) ?? [];
    const [quote = ''] = value;
    if (name === '') {
      if (!EMPTY.test(content))
        faults.push(`line ${line}: expected NAME=value; put quotes around a value of several lines`);
    } else if (/["'`]/.test(quote) && !value.includes(quote, 1)) open = { quote, name, line };
  }
  if (open) faults.push(`line ${open.line}: the quotes around the value of ${open.name} are not closed`);
  return faults;
}
