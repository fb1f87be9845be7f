import { spawnSync } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { restExample } from '../rest/example.fixture.ts';
import { hasProgram } from '../rest/sample.fixture.ts';

const present = hasProgram(['javac', '--version'], 17);
// Named here for the commands, made only where there is a compiler.
const classes = join(tmpdir(), `motp-java-${process.pid}`);

describe.skipIf(!present)(
  `the example in Java${present ? '' : ' (left out: no JDK 17 or later on this machine)'}`,
  () => {
    afterAll(() => rmSync(classes, { recursive: true, force: true }));
    beforeAll(() => {
      const files = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.java'));
      const sources = files.map((name) => join(import.meta.dirname, name));
      const options = ['--release', '17', '-encoding', 'UTF-8', '-d', classes];
      const { status, stderr } = spawnSync('javac', [...options, ...sources], { encoding: 'utf8' });
      expect([status, stderr]).toEqual([0, '']);
    });
    restExample({
      calls: ['java', '-cp', classes, 'Calls'],
      site: (port) => ['java', '-cp', classes, 'Demo', String(port)],
    });
  },
);
