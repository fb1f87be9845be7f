import { join } from 'node:path';
import { describe } from 'vitest';
import { restExample } from '../rest/example.fixture.ts';
import { hasProgram } from '../rest/sample.fixture.ts';

const present = hasProgram(['php', '-r', 'if (extension_loaded("openssl")) echo PHP_VERSION;'], 8.1);

describe.skipIf(!present)(
  `the example in PHP${present ? '' : ' (left out: no PHP 8.1 or later with openssl on this machine)'}`,
  () =>
    restExample({
      calls: ['php', join(import.meta.dirname, 'calls.php')],
      site: (port) => ['php', '-S', `127.0.0.1:${port}`, join(import.meta.dirname, 'index.php')],
    }),
);
