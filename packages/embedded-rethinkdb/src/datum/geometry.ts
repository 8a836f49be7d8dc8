import { type DatumObject, REQL_TYPE } from './datum.js';
import { logicError, ReqlError } from './reql-error.js';
import { asArray, asString } from './type-checks.js';

/** Checks the fields of a GEOMETRY pseudotype; what they describe is checked by the terms that use it. */
export function sanitizeGeometry(object: DatumObject): DatumObject {
  for (const key of Object.keys(object).sort()) {
    if (key === 'coordinates') asArray(object[key] ?? null);
    else if (key === 'type') asString(object[key] ?? null);
    else if (key !== 'crs' && key !== REQL_TYPE) {
      throw logicError(`Unrecognized field \`${key}\` found in geometry object.`);
    }
  }
  for (const key of ['type', 'coordinates']) {
    if (Object.hasOwn(object, key)) continue;
    throw new ReqlError('NON_EXISTENCE', `Field \`${key}\` not found in geometry object.`);
  }
  return object;
}
