import type { OpenApiOperation } from './document.js';
import { type JsonSchema, resolve } from './json-schema.js';

type ExampleOperation = Pick<OpenApiOperation, 'parameters' | 'x-any-required'>;

/** A value that a schema allows: its own example, or one composed of the examples of its parts. */
export function exampleOf(schema: JsonSchema, components: Record<string, JsonSchema>): unknown {
  const {
    examples,
    enum: values,
    const: only,
    type,
    anyOf,
    items,
    properties,
    required = [],
  } = resolve(schema, components);
  if (examples) return examples[0];
  if (values) return values[0];
  if (only !== undefined) return only;
  if (properties) {
    // Of fields of which one is needed, the first.
    const needed = [...required, ...(anyOf?.[0]?.required ?? [])];
    const present = Object.entries(properties).filter(([name]) => needed.includes(name));
    return Object.fromEntries(present.map(([name, value]) => [name, exampleOf(value, components)]));
  }
  if (anyOf?.[0]) return exampleOf(anyOf[0], components);
  if (items) return [exampleOf(items, components)];
  const plain: Record<string, unknown> = { string: '…', integer: 0, number: 0, boolean: false, object: {} };
  return plain[[type].flat()[0] ?? ''] ?? null;
}

/**
 * The query of an example request, with its question mark: the required parameters, or the first one of those of which one is needed.
 * Empty without such parameters.
 */
export function exampleQuery(
  { parameters = [], 'x-any-required': [first] = [] }: ExampleOperation,
  components: Record<string, JsonSchema>,
): string {
  const pairs = parameters
    .filter((one) => one.in === 'query' && (one.required || one.name === first))
    .flatMap(({ name, schema }) =>
      [exampleOf(schema, components)].flat().map((value) => `${name}=${encodeURIComponent(String(value))}`),
    );
  return pairs.length > 0 ? `?${pairs.join('&')}` : '';
}
