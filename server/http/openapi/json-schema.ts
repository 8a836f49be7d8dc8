import { z } from 'zod';

/** A JSON Schema of draft 2020-12, the dialect of OpenAPI 3.1. */
export interface JsonSchema {
  type?: string | string[];
  description?: string;
  properties?: Record<string, JsonSchema>;
  additionalProperties?: JsonSchema | boolean;
  required?: string[];
  items?: JsonSchema;
  anyOf?: JsonSchema[];
  enum?: unknown[];
  examples?: unknown[];
  $ref?: string;
  [keyword: string]: unknown;
}

const COMPONENTS = '#/components/schemas/';

/**
 * Writes zod schemas as JSON Schemas. Schemas with an `id` in their `meta` are written under `components`, and
 * referenced from there.
 */
export class SchemaWriter {
  readonly components: Record<string, JsonSchema> = {};

  /** @param io whether the input or the output of the schema is described */
  write(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
    // In an array, so that a schema with an id is referenced too.
    const written = z.toJSONSchema(z.array(schema), { io, override: tidy });
    const text = JSON.stringify(written).replaceAll('"#/$defs/', `"${COMPONENTS}`);
    const { items, $defs = {} } = JSON.parse(text) as {
      items: JsonSchema;
      $defs?: Record<string, JsonSchema>;
    };
    Object.assign(this.components, $defs);
    return items;
  }
}

/** Follows a reference. */
export function resolve(schema: JsonSchema, components: Record<string, JsonSchema>): JsonSchema {
  return schema.$ref ? components[schema.$ref.slice(COMPONENTS.length)]! : schema;
}

/** Removes the limits of JavaScript's safe integers, and restores the metadata that zod drops before a transform. */
function tidy({ zodSchema, jsonSchema }: Parameters<Override>[0]): void {
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
  const { examples, default: fallback } = z.globalRegistry.get(zodSchema as unknown as z.ZodType) ?? {};
  if (Array.isArray(examples)) jsonSchema.examples = examples;
  if (fallback !== undefined) jsonSchema.default = fallback as typeof jsonSchema.default;
}

type Override = NonNullable<NonNullable<Parameters<typeof z.toJSONSchema>[1]>['override']>;
