import { type Datum, REQL_TYPE } from '../datum/datum.js';
import { decodeJson } from '../datum/json.js';
import { sanitizePseudotype } from '../datum/pseudotypes.js';
import { logicError } from '../datum/reql-error.js';
import { checkArraySize, type Limits } from '../runtime/limits.js';

/** `r.json(text)` */
export function parseJson(text: string, limits: Limits): Datum {
  if (text.includes('\0')) throw logicError('Encountered unescaped null byte in JSON string.');
  try {
    const datum = decodeJson(text);
    refuseDuplicateKeys(text);
    return checkedDatum(datum, limits);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const shown = Buffer.byteLength(text) > 40 ? `${Buffer.from(text).subarray(0, 37).toString()}...` : text;
    throw logicError(`Failed to parse "${shown}" as JSON: ${faultOf(text)}`);
  }
}

function checkedDatum(datum: Datum, limits: Limits): Datum {
  if (datum === null || typeof datum !== 'object') return datum;
  if (Array.isArray(datum)) {
    checkArraySize(datum.length, limits);
    return datum.map((item) => checkedDatum(item, limits));
  }
  for (const key of Object.keys(datum)) datum[key] = checkedDatum(datum[key] ?? null, limits);
  return Object.hasOwn(datum, REQL_TYPE) ? sanitizePseudotype(datum) : datum;
}

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\]:]/g;

/** `JSON.parse` takes the last of several equal keys; RethinkDB refuses them. */
function refuseDuplicateKeys(text: string): void {
  const open: Set<string>[] = [];
  let last = '';
  for (const [token] of text.matchAll(TOKEN)) {
    if (token === '{' || token === '[') open.push(new Set());
    else if (token === '}' || token === ']') open.pop();
    else if (token === ':') {
      const keys = open.at(-1);
      if (keys?.has(last)) throw logicError(`Duplicate key ${last} in JSON.`);
      keys?.add(last);
    }
    last = token;
  }
}

/** The parser's error in the text of RapidJSON, which RethinkDB uses. */
function faultOf(text: string): string {
  const rest = text.trimStart();
  if (rest === '') return 'The document is empty.';
  if (rest.startsWith('{')) return objectFault(rest);
  if (rest.startsWith('[')) return "Missing a comma or ']' after an array element.";
  return rest.startsWith('"') ? 'Missing a closing quotation mark in string.' : 'Invalid value.';
}

function objectFault(text: string): string {
  if (/^\{\s*[^"}\s]/.test(text)) return 'Missing a name for object member.';
  if (/^\{\s*"[^"]*"\s*[^:\s]/.test(text)) return 'Missing a colon after a name of object member.';
  if (/,\s*\}\s*$/.test(text)) return 'Missing a name for object member.';
  return "Missing a comma or '}' after an object member.";
}
