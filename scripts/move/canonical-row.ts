/** A value as the driver returns it with RAW run options: JSON, with times and binaries as ReQL pseudotypes. */
export type RawValue = null | boolean | number | string | RawValue[] | RawRow;

export interface RawRow {
  [field: string]: RawValue;
}

/** Run options without conversions: JavaScript dates would lose time zones. */
export const RAW = { timeFormat: 'raw', binaryFormat: 'raw' } as const;

/**
 * JSON with sorted keys, and base64 without RethinkDB's line breaks: equal values have equal texts, whichever database
 * they come from.
 */
export function canonicalText(value: RawValue): string {
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const isBinary = value.$reql_type$ === 'BINARY';
  const fields = Object.keys(value)
    .sort()
    .map((key) => {
      const field = value[key] as RawValue;
      const isBase64 = isBinary && key === 'data' && typeof field === 'string';
      return `${JSON.stringify(key)}:${isBase64 ? JSON.stringify(field.replace(/\s/g, '')) : canonicalText(field)}`;
    });
  return `{${fields.join(',')}}`;
}
