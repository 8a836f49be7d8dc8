import { sanitizeBinary } from './binary.js';
import { type DatumObject, REQL_TYPE, typeName } from './datum.js';
import { displayDatum } from './display.js';
import { sanitizeGeometry } from './geometry.js';
import { logicError } from './reql-error.js';
import { sanitizeTime } from './time.js';

/** Checks an object with the key `$reql_type$` from a client. @returns its canonical form */
export function sanitizePseudotype(object: DatumObject): DatumObject {
  const type = object[REQL_TYPE] ?? null;
  if (typeof type !== 'string') {
    throw logicError(
      `Error: Field \`$reql_type$\` must be a string (got \`${displayDatum(type)}\` of type ${typeName(type)}):\n${displayDatum(object)}`,
    );
  }
  switch (type) {
    case 'TIME':
      return sanitizeTime(object);
    case 'BINARY':
      return sanitizeBinary(object);
    case 'GEOMETRY':
      return sanitizeGeometry(object);
    case 'LITERAL':
      return object;
    default:
      throw logicError(`Unknown $reql_type$ \`${typeName(object)}\`.`);
  }
}
