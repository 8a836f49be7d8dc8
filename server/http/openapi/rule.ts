import { z } from 'zod';
import { ChatError } from '../../protocol/errors.js';

type JsonType = 'string' | 'integer' | 'boolean' | 'array' | 'object' | 'null';

/** The JSON Schema of the values that a rule accepts. */
export interface RuleSchema {
  type: JsonType | readonly JsonType[];
  description?: string;
  [keyword: string]: unknown;
}

/**
 * A schema around a rule that throws ChatErrors, such as those of protocol/message.ts: errors keep their codes, and the
 * rule stays in one place. The rule is called for a missing value too.
 */
export function rule<T>(clean: (value: unknown) => T, jsonSchema: RuleSchema) {
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
    .meta(jsonSchema);
}

/** Converts the first issue of a schema to a ChatError. */
export function toFieldError({ issues: [issue] }: z.ZodError): ChatError {
  const error = issue?.code === 'custom' ? issue.params?.error : undefined;
  if (error instanceof ChatError) return error;
  const field = issue?.path.join('.') ?? '';
  return new ChatError('bad-request', `${field}: ${issue?.message}`, { field });
}
