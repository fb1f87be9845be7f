import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { markFile } from './mark-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'motp-marks-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('what is remembered beside the key', () => {
  it('P-6 survives the process, each database for itself', () => {
    const path = join(folder, 'master.key.mark');
    const marks = markFile(path, 'one');
    expect(marks.read('one')).toBe(0);
    marks.write('one', 17);
    marks.write('other', 4);
    const later = markFile(path, 'one');
    expect([later.read('one'), later.read('other'), later.read('third')]).toEqual([17, 4, 0]);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(['master.key.mark']);
  });

  it('P-6 two processes that write at once leave a whole file', () => {
    const path = join(folder, 'shared.mark');
    writeFileSync(`${path}.other.new`, '{"one":');
    const marks = markFile(path, 'own');
    marks.write('one', 5);
    expect(markFile(path, 'other').read('one')).toBe(5);
    rmSync(`${path}.other.new`);
  });

  it('P-6 that is broken begins anew', () => {
    const path = join(folder, 'broken.mark');
    writeFileSync(path, '{"one":');
    const marks = markFile(path, 'one');
    expect(marks.read('one')).toBe(0);
    marks.write('one', 3);
    expect(markFile(path, 'one').read('one')).toBe(3);
  });
});
