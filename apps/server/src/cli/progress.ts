import type { Phase, Progress } from '../transfer/progress.ts';
import type { World } from '../world.ts';
import { say } from './output.ts';

const TITLES: Readonly<Record<Phase, string>> = {
  export: '내보내는 중 Exporting',
  check: '파일 확인 중 Checking the file',
  import: '가져오는 중 Importing',
  verify: '대조 중 Comparing',
};

const BAR_CELLS = 30;
const BAR_EVERY_MS = 100;
const LINE_EVERY_MS = 5_000;

/** A bar for somebody who watches, a line now and then for a log; the rate at the end. */
export function showProgress(
  world: Pick<World, 'now'>,
  isTerminal = process.stderr.isTTY === true,
): Progress & { end(): void } {
  let current: { phase: Phase; rows: number; done: number; began: number; shown: number } | undefined;
  const end = () => {
    if (!current) return;
    const { phase, done, began } = current;
    const seconds = Math.max(world.now() - began, 1) / 1_000;
    const rate = Math.round(done / seconds).toLocaleString('en');
    if (isTerminal) process.stderr.write('\r\x1b[K');
    say(`${TITLES[phase]}: ${done.toLocaleString('en')} rows, ${seconds.toFixed(1)} s, ${rate} rows/s`);
    current = undefined;
  };
  return {
    end,
    begin(phase, rows) {
      end();
      current = { phase, rows, done: 0, began: world.now(), shown: world.now() };
    },
    done(rows, table) {
      if (!current) return;
      current.done += rows;
      const now = world.now();
      if (now - current.shown < (isTerminal ? BAR_EVERY_MS : LINE_EVERY_MS)) return;
      current.shown = now;
      const text = progressText(current.phase, current.done, current.rows, table);
      if (isTerminal) process.stderr.write(`\r\x1b[K${text}`);
      else say(text);
    },
  };
}

export function progressText(phase: Phase, done: number, rows: number, table: string): string {
  const share = rows === 0 ? 1 : Math.min(done / rows, 1);
  const full = Math.floor(share * BAR_CELLS);
  const bar = '█'.repeat(full) + '░'.repeat(BAR_CELLS - full);
  return `${TITLES[phase]} ${bar} ${String(Math.floor(share * 100)).padStart(3)}% ${table}`;
}
