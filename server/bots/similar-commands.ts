/** Edits that make one name of the other, at most, for the two to be similar: `/rol` and `/roll`, `/sotck` and `/stock`. */
const MAX_EDITS = 2;
/** Names in one list. */
const MAX_NAMES = 5;

/**
 * Names of commands to suggest for one that does not exist: the similar ones, the most similar first, otherwise all.
 * @returns at most `MAX_NAMES`
 */
export function suggestions(
  name: string,
  known: readonly string[],
): { names: string[]; areSimilar: boolean } {
  const edits = new Map(known.map((other) => [other, editsBetween(name, other)]));
  const isSimilar = (other: string) =>
    (edits.get(other) ?? 0) <= Math.min(MAX_EDITS, name.length - 1) || other.startsWith(name);
  const similar = known.filter(isSimilar).sort((a, b) => (edits.get(a) ?? 0) - (edits.get(b) ?? 0));
  const areSimilar = similar.length > 0;
  return { names: (areSimilar ? similar : known).slice(0, MAX_NAMES), areSimilar };
}

/** The Levenshtein distance: characters to insert, delete or replace. */
function editsBetween(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i += 1) {
    const current = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (previous[j - 1] ?? 0) + Number(a[i - 1] !== b[j - 1]);
      current.push(Math.min(replaced, (previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}
