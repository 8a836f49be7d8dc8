import type { ErrorCode } from '../../../protocol/errors.js';
import type { en } from './en.js';
import type { ParameterNames, Plural } from './template.js';

export type TextKey = keyof typeof en;

/** The texts of a language, by the keys of the English ones. */
export type Messages = { readonly [K in TextKey]: (typeof en)[K] extends string ? string : Plural };

/**
 * The text of an error: `limit` where the error names a limit, `retry` where it names the time of the next attempt, in
 * `{seconds}`.
 */
export type Fault = string | { readonly limit?: string; readonly retry?: string; readonly other: string };

/** The texts of errors, by code. A test finds those that are missing; readers see the text of the server then. */
export type Faults = Readonly<Partial<Record<ErrorCode, Fault>>>;

/** The arguments after the key of a text: the values of its parameters, if it has any. */
export type TextArguments<K extends TextKey, T = string | number> =
  ParameterNames<(typeof en)[K]> extends never
    ? []
    : [values: { readonly [N in ParameterNames<(typeof en)[K]>]: N extends 'count' ? number : T }];
