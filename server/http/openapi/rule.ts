import { z } from 'zod';
import { ChatError } from '../../protocol/errors.js';

/** What a rule checks, in words of JSON Schema. */
export interface Described {
  type: 'string' | 'integer' | 'array';
  description?: string;
  [keyword: string]: unknown;
}

/**
 * A schema around a rule that throws ChatErrors, such as those of message.ts: its faults keep their codes, and the
 * rule stays in one place. It is asked about a missing value too.
 */
export function rule<T>(clean: (value: unknown) => T, described: Described) {
  return z
    .unknown()
    .transform((input, { issues }) => {
      try {
        return clean(input);
      } catch (error) {
        if (!(error instanceof ChatError)) throw error;
        issues.push({ code: 'custom', message: error.message, params: { error }, input });
        return z.NEVER;
      }
    })
    .meta(described);
}

/** What is told of the first fault that a schema found. */
export function toFieldError({ issues: [issue] }: z.ZodError): ChatError {
  const error = issue?.code === 'custom' ? issue.params?.error : undefined;
  if (error instanceof ChatError) return error;
  const field = issue?.path.join('.') ?? '';
  return new ChatError('bad-request', `${field}: ${issue?.message}`, { field });
}
