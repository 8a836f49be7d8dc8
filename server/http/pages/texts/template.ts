/** A text with a form for each category of numbers (CLDR), by the parameter `{count}`. */
export type Plural = { readonly other: string } & { readonly [category in Intl.LDMLPluralRule]?: string };

/** A text of the interface. Parameters are in braces: `Message to {room}`. */
export type Template = string | Plural;

type NamesIn<S extends string> = S extends `${string}{${infer Name}}${infer Rest}`
  ? Name | NamesIn<Rest>
  : never;

/** The names of a template's parameters. */
export type ParameterNames<T extends Template> = T extends string
  ? NamesIn<T>
  : 'count' | NamesIn<T[keyof T] & string>;

/** Values for parameters. Numbers are written as the language does. */
export type TextValues = Readonly<Record<string, string | number>>;

const PARAMETER = /\{(\w+)\}/u;

/** Replaces the parameters of a template. */
export function fill(language: string, template: Template, values: TextValues = {}): string {
  return fillParts(language, template, values).join('');
}

/** Like `fill`, with values that are not text, such as elements. @returns texts and values in their order */
export function fillParts<T>(
  language: string,
  template: Template,
  values: Readonly<Record<string, T | string | number>>,
): (T | string)[] {
  const chosen =
    typeof template === 'string'
      ? template
      : (template[categoryOf(language, values.count)] ?? template.other);
  // Texts and names of parameters by turns.
  return chosen.split(PARAMETER).flatMap((part, i) => {
    if (i % 2 === 0) return part === '' ? [] : [part];
    const value = values[part] ?? '';
    return [typeof value === 'number' ? value.toLocaleString(language) : value];
  });
}

function categoryOf(language: string, count: unknown): Intl.LDMLPluralRule {
  return new Intl.PluralRules(language).select(Number(count));
}
