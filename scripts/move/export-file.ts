/**
 * The format of export files: lines of JSON, each an object with one key.
 *
 *     {"export":{"format":1,"program":"changeroom","taken":"…","engine":"embedded"}}
 *     {"table":{"name":"messages","primaryKey":"id","indexes":[…],"writeHook":…}}
 *     {"row":{…}}                                       the table's rows, times and binaries as ReQL pseudotypes
 *     {"rows":{"table":"messages","count":1,"hash":"…"}}
 *     {"end":{"sha256":"…"}}                            of all lines before; a file without it is incomplete
 */
import { createHash } from 'node:crypto';
import { CommandError } from './command-error.js';
import { linesOf } from './lines.js';
import type { TableDescription } from './tables.js';

const FORMAT = 1;
const PROGRAM = 'changeroom';
const ROW_PREFIX = Buffer.from('{"row":');

interface ExportHead {
  format: number;
  program: string;
  /** ISO 8601. */
  taken: string;
  /** `embedded`, or name and version of the server. */
  engine: string;
}

/** A table of an export file, with the count and hash of its rows. */
export interface ExportedTable extends TableDescription {
  count: number;
  hash: string;
}

export interface CheckedExport extends ExportHead {
  tables: ExportedTable[];
}

/** A line that is not a row. */
interface ExportLine {
  export?: ExportHead;
  table?: TableDescription;
  rows?: { table: string; count: number; hash: string };
  end?: { sha256: string };
}

export function headLine(engine: string): string {
  const head: ExportHead = { format: FORMAT, program: PROGRAM, taken: new Date().toISOString(), engine };
  return `{"export":${JSON.stringify(head)}}`;
}

export function rowLine(text: string): string {
  return `{"row":${text}}`;
}

/** The text of the row in a line; null if the line is not a row. */
export function rowIn(line: Buffer): string | null {
  if (!line.subarray(0, ROW_PREFIX.length).equals(ROW_PREFIX)) return null;
  return line.toString('utf8', ROW_PREFIX.length, line.length - 1);
}

/** The name of the table in a line; null if the line describes no table. */
export function tableNameIn(line: Buffer): string | null {
  return (JSON.parse(line.toString()) as ExportLine).table?.name ?? null;
}

/** Adds line breaks, and the hash of all lines at the end. */
export async function* sealed(lines: AsyncIterable<string>): AsyncGenerator<string> {
  const seal = createHash('sha256');
  for await (const line of lines) {
    const text = `${line}\n`;
    seal.update(text);
    yield text;
  }
  yield `{"end":{"sha256":"${seal.digest('hex')}"}}\n`;
}

/**
 * Reads the whole file and checks its hash; the rows are parsed later.
 * @throws CommandError when the file is not an export, has another format, is incomplete or damaged
 */
export async function checkFile(file: string): Promise<CheckedExport> {
  const seal = createHash('sha256');
  const tables: ExportedTable[] = [];
  let head: ExportHead | null = null;
  let end: { sha256: string } | null = null;
  for await (const line of linesOf(file)) {
    if (end !== null) throw damaged(file);
    const parsed: ExportLine | null = rowIn(line) === null || head === null ? parse(line, head, file) : null;
    head ??= checkHead(parsed, file);
    if (parsed?.table) tables.push({ ...parsed.table, count: 0, hash: '' });
    const table = tables.at(-1);
    if (parsed?.rows && table) Object.assign(table, { count: parsed.rows.count, hash: parsed.rows.hash });
    if (parsed?.end) end = parsed.end;
    else seal.update(line).update('\n');
  }
  if (head === null) throw notAnExport(file);
  if (end === null) throw new CommandError(`${file} is incomplete: its end is missing.`);
  if (end.sha256 !== seal.digest('hex')) throw damaged(file);
  return { ...head, tables };
}

function parse(line: Buffer, head: ExportHead | null, file: string): ExportLine | null {
  try {
    return JSON.parse(line.toString()) as ExportLine;
  } catch {
    if (head === null) throw notAnExport(file);
    return null; // The hash will differ, or the end will be missing.
  }
}

function checkHead(line: ExportLine | null, file: string): ExportHead {
  const head = line?.export;
  if (head?.program !== PROGRAM) throw notAnExport(file);
  if (head.format === FORMAT) return head;
  throw new CommandError(`${file} has format ${head.format}; this version of Changeroom reads ${FORMAT}.`);
}

function notAnExport(file: string): CommandError {
  return new CommandError(`${file} was not written by npm run export.`, 2);
}

function damaged(file: string): CommandError {
  return new CommandError(`${file} is damaged: its content does not match the hash in its last line.`);
}
