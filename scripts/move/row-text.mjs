/**
 * A row as text: the same row gives the same text, whichever database it comes from. Keys are sorted, and base64 is
 * without the line breaks that RethinkDB puts into it.
 * @param row as the driver gives it with RAW, so that times and binaries are what the database holds
 */
export function rowText(row) {
  if (Array.isArray(row)) return `[${row.map(rowText).join(',')}]`;
  if (typeof row !== 'object' || row === null) return JSON.stringify(row);
  const isBinary = row.$reql_type$ === 'BINARY';
  const fields = Object.keys(row)
    .sort()
    .map((key) => {
      const value = isBinary && key === 'data' ? row.data.replace(/\s/g, '') : row[key];
      return `${JSON.stringify(key)}:${rowText(value)}`;
    });
  return `{${fields.join(',')}}`;
}

/** Run options under which nothing is converted: JavaScript's dates would lose time zones. */
export const RAW = { timeFormat: 'raw', binaryFormat: 'raw' };
