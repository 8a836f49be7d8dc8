/**
 * The file between two databases: lines of JSON, each an object with one key.
 *
 *     {"export":{"format":1,"program":"changeroom","taken":"…","engine":"embedded"}}
 *     {"table":{"name":"messages","primaryKey":"id","indexes":[…],"writeHook":…}}
 *     {"row":{…}}                                       the table's rows, times and binaries as ReQL's pseudotypes
 *     {"rows":{"table":"messages","count":1,"hash":"…"}}
 *     {"end":{"sha256":"…"}}                            of everything before; a file without it is not whole
 */
import { createHash } from 'node:crypto';
import { linesOf } from './lines.mjs';
import { MoveError } from './move-error.mjs';

const FORMAT = 1;
const PROGRAM = 'changeroom';
const ROW = Buffer.from('{"row":');

export function headLine(engine) {
  return `{"export":${JSON.stringify({ format: FORMAT, program: PROGRAM, taken: new Date().toISOString(), engine })}}`;
}

export function rowLine(text) {
  return `{"row":${text}}`;
}

/** The text of the row in a line, or null if the line holds something else. */
export function rowIn(line) {
  return line.subarray(0, ROW.length).equals(ROW) ? line.toString('utf8', ROW.length, line.length - 1) : null;
}

/** Puts line breaks after the lines, and the hash of everything at the end. */
export async function* sealed(lines) {
  const seal = createHash('sha256');
  for await (const line of lines) {
    const text = `${line}\n`;
    seal.update(text);
    yield text;
  }
  yield `{"end":{"sha256":"${seal.digest('hex')}"}}\n`;
}

/**
 * Reads the whole file, and nothing else is believed before.
 * @returns {{taken, engine, tables: {name, primaryKey, indexes, writeHook, count, hash}[]}}
 * @throws MoveError when it is no export, of another format, not whole, or damaged
 */
export async function checkFile(file) {
  const seal = createHash('sha256');
  const tables = [];
  let head = null;
  let end = null;
  for await (const line of linesOf(file)) {
    if (end !== null) throw damaged(file);
    const parsed = rowIn(line) === null || head === null ? parse(line, head, file) : null;
    head ??= checkHead(parsed, file);
    if (parsed?.table) tables.push(parsed.table);
    if (parsed?.rows)
      Object.assign(tables.at(-1) ?? {}, { count: parsed.rows.count, hash: parsed.rows.hash });
    if (parsed?.end) end = parsed.end;
    else seal.update(line).update('\n');
  }
  if (head === null) throw foreign(file);
  if (end === null) throw new MoveError(`${file} is not whole: its end is missing.`);
  if (end.sha256 !== seal.digest('hex')) throw damaged(file);
  return { ...head, tables };
}

function parse(line, head, file) {
  try {
    return JSON.parse(line);
  } catch {
    if (head === null) throw foreign(file);
    return null; // The hash will tell, or the end that is missing.
  }
}

function checkHead(parsed, file) {
  const head = parsed?.export;
  if (head?.program !== PROGRAM) throw foreign(file);
  if (head.format === FORMAT) return head;
  throw new MoveError(`${file} has format ${head.format}; this version of Changeroom reads ${FORMAT}.`);
}

function foreign(file) {
  return new MoveError(`${file} was not written by npm run export.`, 2);
}

function damaged(file) {
  return new MoveError(`${file} is damaged: its content does not have the hash that its last line tells.`);
}
