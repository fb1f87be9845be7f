const WIDTH = 30;
const EVERY_MS = 200;

/** `[#########---------------------]  31 %  310,000 of 1,000,000, 2,100/s, about 5 min left` */
export function progressLine(done: number, total: number, ms: number): string {
  const part = total === 0 ? 1 : Math.min(1, done / total);
  const filled = Math.round(part * WIDTH);
  const perSecond = ms > 0 ? (done / ms) * 1_000 : 0;
  const bar = `[${'#'.repeat(filled)}${'-'.repeat(WIDTH - filled)}]`;
  const figures = `${done.toLocaleString('en')} of ${Math.max(done, total).toLocaleString('en')}`;
  const rate = `${Math.round(perSecond).toLocaleString('en')}/s`;
  const percent = `${Math.floor(part * 100)} %`.padStart(5);
  return `${bar} ${percent}  ${figures}, ${rate}${left(total - done, perSecond)}`;
}

function left(rows: number, perSecond: number): string {
  if (rows <= 0 || perSecond <= 0) return '';
  const seconds = Math.ceil(rows / perSecond);
  return seconds < 90 ? `, about ${seconds} s left` : `, about ${Math.ceil(seconds / 60)} min left`;
}

export interface ProgressBar {
  add(rows: number): void;
  end(): void;
}

/** On stderr, written over itself on a terminal; elsewhere a line every now and then. */
export function progressBar(total: number, stopwatch: () => number): ProgressBar {
  const began = stopwatch();
  const isTerminal = process.stderr.isTTY === true;
  const everyMs = isTerminal ? EVERY_MS : 25 * EVERY_MS;
  let done = 0;
  let shownAt = began;
  const show = () => {
    shownAt = stopwatch();
    const line = progressLine(done, total, shownAt - began);
    process.stderr.write(isTerminal ? `\r\u001b[K${line}` : `${line}\n`);
  };
  return {
    add(rows) {
      done += rows;
      if (stopwatch() - shownAt >= everyMs) show();
    },
    end() {
      show();
      if (isTerminal) process.stderr.write('\n');
    },
  };
}
