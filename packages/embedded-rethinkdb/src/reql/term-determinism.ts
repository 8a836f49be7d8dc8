import { Determinism } from '../sequences/row-function.js';

/** For terms that read or change what lies outside the query, or that roll dice. */
export const NEVER = Determinism.never;
