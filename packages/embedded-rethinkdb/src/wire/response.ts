import type { Datum } from '../datum/datum.js';
import { encodeJson } from '../datum/json.js';
import { logicError, type ReqlError } from '../datum/reql-error.js';
import { ERROR_TYPE, RESPONSE } from './protocol.js';

// The JSON bodies of responses: `t` type, `r` results, `n` notes, `e` error type, `b` backtrace, `p` profile.

export function atomResponse(value: Datum, profile: boolean): string {
  return `{"t":${RESPONSE.SUCCESS_ATOM},"r":[${datumJson(value)}]${profileField(profile)}}`;
}

/** A batch of rows, which are JSON already. */
export function batchResponse(
  rows: readonly string[],
  isLast: boolean,
  notes: readonly number[],
  profile: boolean,
): string {
  const type = isLast ? RESPONSE.SUCCESS_SEQUENCE : RESPONSE.SUCCESS_PARTIAL;
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

/** A value as JSON. @throws ReqlError LOGIC for `r.minval` and `r.maxval` at any depth */
export function datumJson(value: Datum): string {
  const json = encodeJson(value);
  const extremum = json.includes(EXTREMUM) ? /"\$reql_type\$":"(MIN|MAX)VAL"/.exec(json) : null;
  if (extremum)
    throw logicError(`Cannot convert \`r.${extremum[1] === 'MIN' ? 'minval' : 'maxval'}\` to JSON.`);
  return json;
}

const EXTREMUM = 'VAL"}';

// Drivers that request a profile expect the field. Profiles are always empty.
function profileField(profile: boolean): string {
  return profile ? ',"p":[]' : '';
}
