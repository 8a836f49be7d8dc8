import { binaryBytes, makeBinary } from '../../datum/binary.js';
import { type Datum, type DatumObject, isObject } from '../../datum/datum.js';
import { decodeJson } from '../../datum/json.js';
import { logicError } from '../../datum/reql-error.js';
import type { StoredFunction } from '../../storage/definitions.js';
import type { SecondaryIndex } from '../../storage/secondary-index.js';
import { printTerm } from '../print.js';

const INDEX_PREFIX = '$reql_index_function$';
const HOOK_PREFIX = '$reql_write_hook_function$';

interface StoredIndex {
  readonly function: StoredFunction;
  readonly multi: boolean;
  readonly geo: boolean;
}

/** An index as `indexStatus` reports it. `indexCreate` accepts its field `function`. */
export function indexStatus(index: SecondaryIndex): DatumObject {
  const { name, multi, geo } = index;
  const blob = JSON.stringify({ function: index.function, multi, geo } satisfies StoredIndex);
  const options = [...(multi ? ['multi: true'] : []), ...(geo ? ['geo: true'] : [])];
  const printed = options.length > 0 ? `, {${options.join(', ')}}` : '';
  return {
    index: name,
    ready: true,
    outdated: false,
    multi,
    geo,
    function: makeBinary(Buffer.from(INDEX_PREFIX + blob)),
    query: `indexCreate('${name}', ${printTerm(index.function.term)}${printed})`,
  };
}

/** A hook as `getWriteHook` reports it. `setWriteHook` accepts its field `function`. */
export function writeHookStatus(hook: StoredFunction): DatumObject {
  return {
    function: makeBinary(Buffer.from(HOOK_PREFIX + JSON.stringify(hook))),
    query: `setWriteHook(${printTerm(hook.term)})`,
  };
}

/** @throws ReqlError LOGIC if the blob is not from `indexStatus` */
export function parseStoredIndex(blob: Datum): StoredIndex {
  const message =
    'Cannot create an sindex except from a reql_index_function returned from `index_status` in the field `function`.';
  const { function: stored, multi, geo } = parse(blob, INDEX_PREFIX, message);
  return { function: storedFunction(stored, message), multi: multi === true, geo: geo === true };
}

/** @throws ReqlError LOGIC if the blob is not from `getWriteHook` */
export function parseStoredHook(blob: Datum): StoredFunction {
  const message =
    'Cannot create a write hook except from a reql_write_hook_function returned from `get_write_hook`.';
  return storedFunction(parse(blob, HOOK_PREFIX, message), message);
}

function parse(blob: Datum, prefix: string, message: string): DatumObject {
  const text = binaryBytes(blob).toString();
  if (!text.startsWith(prefix)) throw logicError(message);
  try {
    const stored = decodeJson(text.slice(prefix.length));
    if (isObject(stored)) return stored;
  } catch {
    // Another server wrote the blob.
  }
  throw logicError(message);
}

function storedFunction(value: Datum | undefined, message: string): StoredFunction {
  if (!isObject(value) || value.term === undefined) throw logicError(message);
  return { ...value, term: value.term };
}
