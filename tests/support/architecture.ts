import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/**
 * Checks of how the source is laid out. Each takes sources (path from the root of the project → text) and
 * answers with its violations, one line each.
 */
export type Sources = ReadonlyMap<string, string>;

/** Reads all sources under these folders. */
export function readSources(...folders: string[]): Sources {
  const files = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.(ts|mjs|css|pug)$/.test(entry.name))
      .map((entry) => path.posix.join(entry.parentPath.split(path.sep).join('/'), entry.name)),
  );
  return new Map(files.map((file) => [file, readFileSync(file, 'utf8')]));
}

export interface Import {
  from: string;
  /** A path of a source, or the name of a package. */
  to: string;
  /** Gone after compilation. */
  typeOnly: boolean;
}

/** Every import and re-export; `./` paths are resolved to the sources' own paths. */
export function importsOf(sources: Sources): Import[] {
  const statement = /^\s*(?:import|export)\s+(type\s)?(?:[^'";]*?\sfrom\s*)?['"]([^'"]+)['"]/gm;
  const call = /\b(?:import|require)\(\s*()['"]([^'"]+)['"]/g;
  return [...sources].flatMap(([from, text]) => {
    const code = withoutComments(text);
    return [...code.matchAll(statement), ...code.matchAll(call)].map(([, type, specifier = '']) => ({
      from,
      to: specifier.startsWith('.') ? resolveSource(from, specifier) : packageOf(specifier),
      typeOnly: Boolean(type),
    }));
  });
}

export interface Layer {
  name: string;
  /** Folders (ending in `/`) and files. Those of one layer do not import one another. */
  members: string[];
}

/** Imports must lead from a layer to itself (inside one member) or to a lower one. Files without a layer are reported. */
export function layerViolations(imports: Import[], root: string, layers: Layer[]): string[] {
  const place = (file: string) => {
    for (const [rank, { name, members }] of layers.entries()) {
      const member = members.find(
        (one) => file === root + one || (one.endsWith('/') && file.startsWith(root + one)),
      );
      if (member !== undefined) return { rank, name, member };
    }
    return undefined;
  };
  return imports.flatMap(({ from, to }) => {
    if (!from.startsWith(root) || !to.startsWith(root)) return [];
    const upper = place(from);
    const lower = place(to);
    if (!upper || !lower) return [`${upper ? to : from} has no layer`];
    if (upper.rank < lower.rank || upper.member === lower.member) return [];
    return [`${from} (${upper.name}) must not import ${to} (${lower.name})`];
  });
}

/** Import cycles, each once. Type imports count: they show that two files cannot be understood apart. */
export function cycles(imports: Import[]): string[] {
  const edges = new Map<string, string[]>();
  for (const { from, to } of imports) edges.set(from, [...(edges.get(from) ?? []), to]);
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (file: string, trail: string[]) => {
    if (trail.includes(file)) found.push([...trail.slice(trail.indexOf(file)), file].join(' → '));
    else if (!done.has(file)) for (const next of edges.get(file) ?? []) visit(next, [...trail, file]);
    done.add(file);
  };
  for (const file of edges.keys()) visit(file, []);
  return found;
}

/** Everything that code in `folder` brings along at run time: sources elsewhere, and packages. */
export function broughtBy(folder: string, imports: Import[]): string[] {
  const needed = imports.filter(({ typeOnly }) => !typeOnly);
  const reached = new Set(needed.filter(({ from }) => from.startsWith(folder)).map(({ to }) => to));
  for (const file of reached) for (const { from, to } of needed) if (from === file) reached.add(to);
  return [...reached].filter((file) => !file.startsWith(folder)).sort();
}

/** Sources whose code, comments left out, matches. */
export function matching(sources: Sources, pattern: RegExp): string[] {
  return [...sources].filter(([, text]) => pattern.test(withoutComments(text))).map(([file]) => file);
}

export function badNames(sources: Sources): string[] {
  const kebabCase = /^[a-z0-9]+(-[a-z0-9]+)*$/;
  const empty = /(^|[-.])(utils?|helpers?|commons?|managers?|misc)($|[-.])/;
  const parts = [...sources.keys()].flatMap((file) => file.split('/').map((part) => ({ file, part })));
  return parts
    .filter(({ part }) => !part.split('.').every((word) => kebabCase.test(word)) || empty.test(part))
    .map(({ file, part }) => `${file}: ${part}`);
}

export function longFiles(sources: Sources, limit: number): string[] {
  const counts = [...sources].map(([file, text]) => ({ file, lines: text.trimEnd().split('\n').length }));
  return counts.filter(({ lines }) => lines > limit).map(({ file, lines }) => `${file}: ${lines} lines`);
}

/** Keeps strings, which may hold what looks like a comment. */
function withoutComments(text: string): string {
  const token = /("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`)|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g;
  return text.replace(token, (_, string?: string) => string ?? '');
}

function resolveSource(from: string, specifier: string): string {
  return path.posix.join(path.posix.dirname(from), specifier).replace(/\.js$/, '.ts');
}

function packageOf(specifier: string): string {
  const depth = specifier.startsWith('@') ? 2 : 1;
  return specifier.startsWith('node:') ? specifier : specifier.split('/').slice(0, depth).join('/');
}
