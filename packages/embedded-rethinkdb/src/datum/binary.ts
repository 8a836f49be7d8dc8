import { type Datum, type DatumObject, pseudotype, REQL_TYPE, typeName } from './datum.js';
import { displayShort } from './display.js';
import { logicError } from './reql-error.js';

/** A BINARY pseudotype. */
export function makeBinary(bytes: Uint8Array): DatumObject {
  return {
    [REQL_TYPE]: 'BINARY',
    data: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64'),
  };
}

/** The bytes of a BINARY pseudotype. @throws ReqlError LOGIC for other values */
export function binaryBytes(datum: Datum): Buffer {
  const data = pseudotype(datum) === 'BINARY' ? (datum as DatumObject).data : undefined;
  if (typeof data !== 'string') throw logicError(`Not a BINARY pseudotype: \`${displayShort(datum)}\`.`);
  return Buffer.from(data, 'base64');
}

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** Checks an object with `$reql_type$: 'BINARY'` from a client. @returns its canonical form */
export function sanitizeBinary(object: DatumObject): DatumObject {
  for (const key of Object.keys(object)) {
    if (key !== REQL_TYPE && key !== 'data')
      throw logicError(`Invalid binary pseudotype: illegal \`${key}\` key.`);
  }
  const data = Object.hasOwn(object, 'data') ? object.data : undefined;
  if (data === undefined) throw logicError('Invalid binary pseudotype: lacking `data` key.');
  if (typeof data !== 'string') throw logicError(`Expected type STRING but found ${typeName(data)}.`);
  const compact = data.replace(/[\r\n]/g, '');
  const bad = BASE64.test(compact) ? undefined : /[^A-Za-z0-9+/=]/.exec(compact)?.[0];
  if (bad !== undefined) throw logicError(`Invalid base64 character found:\n${bad}`);
  return { [REQL_TYPE]: 'BINARY', data: Buffer.from(compact, 'base64').toString('base64') };
}
