const BAR = 30;
const REDRAW_MS = 100;
/** Between two lines where there is no terminal. */
const LINE_MS = 10_000;

/** How far something with a known number of rows is: a bar on a terminal, otherwise a line now and then. */
export class Progress {
  #done = 0;
  #shown = Date.now();
  #drawn = false;

  constructor(label, total, stream = process.stderr) {
    this.label = label;
    this.total = total;
    this.stream = stream;
  }

  add(rows = 1) {
    this.#done += rows;
    const now = Date.now();
    if (now - this.#shown < (this.stream.isTTY ? REDRAW_MS : LINE_MS)) return;
    this.#shown = now;
    if (this.stream.isTTY) this.#draw();
    else this.stream.write(`${this.label}: ${format(this.#done)} of ${format(this.total)} rows\n`);
  }

  /** Takes the bar away. */
  end() {
    if (this.#drawn) this.stream.write('\r\x1b[K');
    this.#drawn = false;
  }

  #draw() {
    const part = Math.min(1, this.#done / Math.max(1, this.total));
    const bar = '█'.repeat(Math.round(part * BAR)).padEnd(BAR, '░');
    const percent = `${Math.floor(part * 100)}`.padStart(3);
    this.stream.write(`\r\x1b[K${this.label} ${bar} ${percent} % of ${format(this.total)} rows`);
    this.#drawn = true;
  }
}

/** 100000 → 100,000 */
export function format(number) {
  return number.toLocaleString('en');
}

/** 1 → 1 row, 2000 → 2,000 rows */
export function rowCount(number) {
  return `${format(number)} ${number === 1 ? 'row' : 'rows'}`;
}
