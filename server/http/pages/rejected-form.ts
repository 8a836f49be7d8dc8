import { ChatError } from '../../protocol/errors.js';

/** A form that was refused, to be shown again with its error. */
export interface RejectedForm {
  error: ChatError;
  /** The form: `create`, `edit`, `delete`, `join`, `leave` or `name`. */
  action: string;
  /** The text as typed. */
  text: string;
  /** Of the message that the form creates or changes. */
  id?: string | undefined;
  /** Of the message to which the form replies. */
  replyTo?: string | undefined;
}

/** @throws `error` itself when it is not a ChatError */
export function rejectedForm(
  error: unknown,
  { action, id, reply_to }: Record<string, unknown>,
  text: unknown,
): RejectedForm {
  if (!(error instanceof ChatError)) throw error;
  return {
    error,
    action: textOf(action) ?? 'create',
    text: textOf(text) ?? '',
    id: textOf(id),
    replyTo: textOf(reply_to),
  };
}

/** A field of a form or of a query; undefined when it is missing or repeated. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
