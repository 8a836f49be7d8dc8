import { z } from 'zod';

/** The part of JSON Schema that frames use. */
export interface Schema {
  $ref?: string;
  type?: string | string[];
  const?: unknown;
  enum?: unknown[];
  anyOf?: Schema[];
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: Schema | boolean;
  readOnly?: boolean;
  description?: string;
  /** Of a field that is checked by the handler of its frame: it must not be missing. */
  mandatory?: boolean;
  minimum?: number;
  maximum?: number;
  maxLength?: number;
  maxItems?: number;
  default?: unknown;
}

export interface Described {
  name: string;
  schema: Schema;
}

export interface FrameSchemas {
  frames: Described[];
  /** Objects that frames refer to, by the `id` of their schema. */
  definitions: Described[];
}

/**
 * Converts zod schemas to JSON Schema.
 * @param io `input` for frames that the server reads, `output` for frames that it writes
 */
export function frameSchemas(declared: Record<string, z.ZodType>, io: 'input' | 'output'): FrameSchemas {
  const definitions = new Map<string, Schema>();
  const frames = Object.entries(declared).map(([name, schema]) => {
    const { $defs = {}, ...converted } = z.toJSONSchema(schema, { io }) as Schema & {
      $defs?: Record<string, Schema>;
    };
    for (const [id, definition] of Object.entries($defs)) definitions.set(id, requireMandatory(definition));
    return { name, schema: requireMandatory(converted) };
  });
  return { frames, definitions: [...definitions].map(([name, schema]) => ({ name, schema })) };
}

/** Moves `mandatory` of fields to `required` of their objects. */
function requireMandatory(schema: Schema): Schema {
  const { properties } = schema;
  if (!properties) return schema;
  const fields = Object.entries(properties).map(([name, field]) => [name, requireMandatory(field)] as const);
  const mandatory = fields.filter(([, field]) => field.mandatory).map(([name]) => name);
  return {
    ...schema,
    properties: Object.fromEntries(fields),
    required: [...(schema.required ?? []), ...mandatory],
  };
}
