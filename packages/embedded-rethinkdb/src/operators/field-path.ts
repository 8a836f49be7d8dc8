import { type Datum, type DatumObject, isObject, setField } from '../datum/datum.js';
import { displayDatum } from '../datum/display.js';
import { logicError } from '../datum/reql-error.js';

/**
 * The fields of `pluck`, `without` and `hasFields`: a name, several paths, or names with paths below them
 * (`{a: {b: true}}`).
 */
export type Path =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'all'; readonly paths: readonly Path[] }
  | { readonly kind: 'below'; readonly fields: ReadonlyMap<string, Path> };

export function parsePath(datum: Datum): Path {
  const path = parse(datum);
  const [only, ...others] = path.kind === 'all' ? path.paths : [];
  return only !== undefined && others.length === 0 ? only : path;
}

function parse(datum: Datum): Path {
  if (typeof datum === 'string') return { kind: 'name', name: datum };
  if (Array.isArray(datum)) return { kind: 'all', paths: datum.map(parsePath) };
  if (!isObject(datum)) throw logicError(`Invalid path argument \`${displayDatum(datum)}\`.`);
  const names: Path[] = [];
  const fields = new Map<string, Path>();
  for (const [key, value] of Object.entries(datum)) {
    if (value === true) names.push({ kind: 'name', name: key });
    else fields.set(key, parsePath(value));
  }
  if (names.length === 0) return { kind: 'below', fields };
  return { kind: 'all', paths: fields.size === 0 ? names : [...names, { kind: 'below', fields }] };
}

/** The object with only the fields of the path; inside arrays, of each element that is an object. */
export function project(object: DatumObject, path: Path): DatumObject {
  const kept: DatumObject = {};
  if (path.kind === 'name') {
    if (Object.hasOwn(object, path.name)) setField(kept, path.name, object[path.name] ?? null);
  } else if (path.kind === 'all') {
    for (const part of path.paths) {
      for (const [name, value] of Object.entries(project(object, part))) setField(kept, name, value);
    }
  } else {
    for (const [name, below] of path.fields) {
      if (!Object.hasOwn(object, name)) continue;
      const value = projectInside(object[name] ?? null, below);
      if (value !== undefined) setField(kept, name, value);
    }
  }
  return kept;
}

/** Undefined if the path leads to a value without fields. */
function projectInside(datum: Datum, path: Path): Datum | undefined {
  if (isObject(datum)) return project(datum, path);
  return Array.isArray(datum) && datum.every(isObject) ? datum.map((item) => project(item, path)) : undefined;
}

/** The object without the fields of the path. */
export function unproject(object: DatumObject, path: Path): DatumObject {
  const kept: DatumObject = { ...object };
  if (path.kind === 'name') {
    delete kept[path.name];
    return kept;
  }
  if (path.kind === 'all') return path.paths.reduce(unproject, kept);
  for (const [name, below] of path.fields) {
    if (Object.hasOwn(kept, name)) setField(kept, name, unprojectInside(kept[name] ?? null, below));
  }
  return kept;
}

function unprojectInside(datum: Datum, path: Path): Datum {
  if (isObject(datum)) return unproject(datum, path);
  return Array.isArray(datum) && datum.every(isObject) ? datum.map((item) => unproject(item, path)) : datum;
}

/** Whether the object has every field of the path, with a value other than null. */
export function hasFields(object: DatumObject, path: Path): boolean {
  if (path.kind === 'name') return Object.hasOwn(object, path.name) && object[path.name] !== null;
  if (path.kind === 'all') return path.paths.every((part) => hasFields(object, part));
  for (const [name, below] of path.fields) {
    const value = Object.hasOwn(object, name) ? object[name] : undefined;
    if (!isObject(value) || !hasFields(value, below)) return false;
  }
  return true;
}
