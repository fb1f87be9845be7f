/** Progress goes to stderr, so that stdout is the tables alone. */
export const progress = (text: string): void => void process.stderr.write(`${text}\n`);

export interface ProgressBar {
  /** @param done of the total, so far */
  at(done: number): void;
  /** Leaves a line that says how long it took. */
  end(): void;
}

const WIDTH = 30;
/** Into a file a line now and then; a terminal's line is written over. */
const EVERY_MS = { terminal: 200, file: 5_000 } as const;

/** `SQLite, people [########----] 60 %  600,000 of 1,000,000  9,100/s  0:44 left` */
export function progressBar(
  label: string,
  total: number,
  stream: Pick<NodeJS.WriteStream, 'write' | 'isTTY'> = process.stderr,
  clock: () => number = () => performance.now(),
): ProgressBar {
  const began = clock();
  let shown = Number.NEGATIVE_INFINITY;
  const every = stream.isTTY ? EVERY_MS.terminal : EVERY_MS.file;
  const write = (text: string) => stream.write(stream.isTTY ? `\r\x1b[2K${text}` : `${text}\n`);
  return {
    at(done) {
      if (clock() - shown < every) return;
      shown = clock();
      write(barLine(label, done, total, (clock() - began) / 1000));
    },
    end() {
      const seconds = (clock() - began) / 1000;
      write(`${label}: ${count(total)} in ${clockTime(seconds)}, ${count(total / seconds)}/s`);
      if (stream.isTTY) stream.write('\n');
    },
  };
}

function barLine(label: string, done: number, total: number, seconds: number): string {
  const share = Math.min(1, done / total);
  const full = Math.round(share * WIDTH);
  const bar = `[${'#'.repeat(full)}${'-'.repeat(WIDTH - full)}] ${Math.floor(share * 100)} %`;
  const rate = seconds > 0 ? done / seconds : 0;
  const left = rate > 0 ? `${clockTime((total - done) / rate)} left` : '';
  return `${label} ${bar}  ${count(done)} of ${count(total)}  ${count(rate)}/s  ${left}`;
}

const count = (number: number): string => Math.round(number).toLocaleString('en');

const clockTime = (seconds: number): string =>
  `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`;
