import type { SecondaryIndex } from '../storage/secondary-index.js';
import type { StoredFunction } from '../storage/shapes.js';
import { binaryBytes, makeBinary } from '../values/binary.js';
import type { Datum, DatumObject } from '../values/datum.js';
import { logicError } from '../values/reql-error.js';
import { printStored } from './print.js';

const INDEX_PREFIX = '$reql_index_function$';
const HOOK_PREFIX = '$reql_write_hook_function$';

interface StoredIndex {
  readonly function: StoredFunction;
  readonly multi: boolean;
  readonly geo: boolean;
}

/** What `indexStatus` says of an index. Its `function` can be given to `indexCreate`. */
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
    query: `indexCreate('${name}', ${printStored(index.function.term)}${printed})`,
  };
}

/** What `getWriteHook` says of a hook. Its `function` can be given to `setWriteHook`. */
export function writeHookStatus(hook: StoredFunction): DatumObject {
  return {
    function: makeBinary(Buffer.from(HOOK_PREFIX + JSON.stringify(hook))),
    query: `setWriteHook(${printStored(hook.term)})`,
  };
}

export function parseStoredIndex(blob: Datum): StoredIndex {
  const wrong =
    'Cannot create an sindex except from a reql_index_function returned from `index_status` in the field `function`.';
  const { function: stored, multi, geo } = parse(blob, INDEX_PREFIX, wrong) as Partial<StoredIndex>;
  if (typeof stored !== 'object' || stored === null) throw logicError(wrong);
  return { function: stored, multi: multi === true, geo: geo === true };
}

export function parseStoredHook(blob: Datum): StoredFunction {
  const wrong =
    'Cannot create a write hook except from a reql_write_hook_function returned from `get_write_hook`.';
  return parse(blob, HOOK_PREFIX, wrong) as StoredFunction;
}

function parse(blob: Datum, prefix: string, wrong: string): unknown {
  const text = binaryBytes(blob).toString();
  if (!text.startsWith(prefix)) throw logicError(wrong);
  try {
    const stored: unknown = JSON.parse(text.slice(prefix.length));
    if (typeof stored === 'object' && stored !== null) return stored;
  } catch {
    // Not written by this server: said below.
  }
  throw logicError(wrong);
}
