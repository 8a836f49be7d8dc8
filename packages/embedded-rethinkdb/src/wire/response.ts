import type { Datum } from '../values/datum.js';
import { encodeJson } from '../values/json.js';
import { logicError, type ReqlError } from '../values/reql-error.js';
import { ERROR_TYPE, RESPONSE } from './protocol.js';

// The JSON bodies of responses: `t` type, `r` results, `n` notes, `e` error type, `b` backtrace, `p` profile.

export function atomResponse(value: Datum, profile: boolean): string {
  return `{"t":${RESPONSE.SUCCESS_ATOM},"r":[${datumJson(value)}]${profileField(profile)}}`;
}

/** A batch whose rows are JSON already; `complete` says that it is the last. */
export function batchResponse(
  rows: readonly string[],
  complete: boolean,
  notes: readonly number[],
  profile: boolean,
): string {
  const type = complete ? RESPONSE.SUCCESS_SEQUENCE : RESPONSE.SUCCESS_PARTIAL;
  return `{"t":${type},"r":[${rows.join(',')}]${profileField(profile)},"n":[${notes.join(',')}]}`;
}

/** The answer to a query of type NOREPLY_WAIT or SERVER_INFO. */
export function plainResponse(type: number, results: readonly Datum[]): string {
  return `{"t":${type},"r":${JSON.stringify(results)}}`;
}

export function errorResponse({ kind, message, frames }: ReqlError): string {
  const type =
    kind === 'CLIENT'
      ? { t: RESPONSE.CLIENT_ERROR }
      : kind === 'COMPILE'
        ? { t: RESPONSE.COMPILE_ERROR }
        : { t: RESPONSE.RUNTIME_ERROR, e: ERROR_TYPE[kind] };
  return JSON.stringify({ ...type, r: [message], b: frames });
}

/** A value as JSON; a LOGIC error for `r.minval` and `r.maxval`, wherever they are inside. */
export function datumJson(value: Datum): string {
  const json = encodeJson(value);
  const extremum = json.includes(EXTREMUM) ? /"\$reql_type\$":"(MIN|MAX)VAL"/.exec(json) : null;
  if (extremum)
    throw logicError(`Cannot convert \`r.${extremum[1] === 'MIN' ? 'minval' : 'maxval'}\` to JSON.`);
  return json;
}

const EXTREMUM = 'VAL"}';

// Nothing is measured, but a driver that asked for a profile expects the field.
function profileField(profile: boolean): string {
  return profile ? ',"p":[]' : '';
}
