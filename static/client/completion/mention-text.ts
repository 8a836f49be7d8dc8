import { mentionParts } from '../../../server/protocol/mentions.js';

export interface Person {
  id_user: string;
  name: string;
}

export interface MentionTextDependencies {
  /** The people of the room, as far as they are known. */
  people: () => Iterable<Person>;
  nameOf: (id_user: string) => string | undefined;
}

/** Code, in which `@Name` is no mention. */
const CODE = /(```[\s\S]*?(?:```|$)|`[^`\n]*`)/u;
const WORD = /[\p{L}\p{N}_]/u;

/**
 * Mentions in a text field: readers see and type `@Name`, messages and drafts contain `<@id_user>`. A name belongs to the
 * user that was chosen for it, or else to the only one of the room with this name.
 */
export class MentionText {
  readonly #dependencies: MentionTextDependencies;
  /** Users by the names that were chosen, or were in a text. */
  readonly #chosen = new Map<string, string>();

  constructor(dependencies: MentionTextDependencies) {
    this.#dependencies = dependencies;
  }

  /** The user has chosen a person from the list. */
  choose({ id_user, name }: Person): void {
    this.#chosen.set(name, id_user);
  }

  /** A body as it is edited. Remembers its users. */
  toText(body: string): string {
    return mentionParts(body)
      .map(({ text, id_user }) => {
        const name = id_user === undefined ? undefined : this.#dependencies.nameOf(id_user);
        if (id_user === undefined || name === undefined) return text;
        this.choose({ id_user, name });
        return `@${name}`;
      })
      .join('');
  }

  /** The body of an edited text. */
  toBody(text: string): string {
    if (!text.includes('@')) return text;
    const users = this.#users();
    // Of names that begin alike, the longest one counts.
    const names = [...users.keys()].sort((a, b) => b.length - a.length);
    return text
      .split(CODE)
      .map((part, i) => (i % 2 === 1 ? part : withMentions(part, names, users)))
      .join('');
  }

  /** Users by name, without names of several users. */
  #users(): Map<string, string> {
    const found = new Map<string, string>();
    const ambiguous = new Set<string>();
    for (const { id_user, name } of this.#dependencies.people()) {
      if ((found.get(name) ?? id_user) !== id_user) ambiguous.add(name);
      found.set(name, id_user);
    }
    for (const name of ambiguous) found.delete(name);
    return new Map([...found, ...this.#chosen]);
  }
}

function withMentions(text: string, names: readonly string[], users: ReadonlyMap<string, string>): string {
  let body = '';
  let end = 0;
  for (let at = text.indexOf('@'); at >= 0; at = text.indexOf('@', Math.max(at + 1, end))) {
    // Mail addresses, and mentions as they are written in a body.
    if (at > 0 && /[\w<.+-]/.test(text.charAt(at - 1))) continue;
    const name = names.find((one) => text.startsWith(one, at + 1) && isWholeName(text, at + 1 + one.length));
    if (name === undefined) continue;
    body += `${text.slice(end, at)}<@${users.get(name)}>`;
    end = at + 1 + name.length;
  }
  return body + text.slice(end);
}

/** No letter or digit follows: `@Ann` is not in `@Anna`. */
function isWholeName(text: string, end: number): boolean {
  return !WORD.test(String.fromCodePoint(text.codePointAt(end) ?? 32));
}
