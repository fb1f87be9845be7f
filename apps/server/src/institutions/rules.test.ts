import { describe, expect, it } from 'vitest';
import { isLoopback, isReturnUrl, parseInstitution } from './rules.ts';

const good = { id: 'hanbit', name: ' 한빛원격평생교육원 ', origins: ['https://lms.example/'] };

describe('O-3 a new institution', () => {
  it('O-3 origins are kept as a browser writes them, each once', () => {
    const origins = ['https://LMS.example:443/', 'https://lms.example', 'http://127.0.0.1:4001'];
    expect(parseInstitution({ ...good, origins, helpUrl: 'https://lms.example/help' })).toEqual({
      kind: 'parsed',
      institution: {
        id: 'hanbit',
        name: '한빛원격평생교육원',
        origins: ['https://lms.example', 'http://127.0.0.1:4001'],
        helpUrl: 'https://lms.example/help',
      },
    });
  });

  it('O-3 every fault is said at once', () => {
    const input = {
      id: '-x',
      name: '  ',
      origins: ['https://ok.example', 'http://lms.example', 'https://lms.example/path', 'nonsense'],
      helpUrl: 'javascript:alert(1)',
    };
    expect(parseInstitution(input)).toEqual({
      kind: 'refused',
      problems: [
        '--id takes 1 to 64 letters, digits, dots, hyphens and underscores',
        '--name takes 1 to 200 characters',
        '--origin 2 must be https://HOST[:PORT] without a path',
        '--origin 3 must be https://HOST[:PORT] without a path',
        '--origin 4 must be https://HOST[:PORT] without a path',
        '--help-url must be an http(s) address',
      ],
    });
  });

  it('O-3 at least one origin is needed', () => {
    expect(parseInstitution({ ...good, origins: [] })).toEqual({
      kind: 'refused',
      problems: ['--origin is needed at least once'],
    });
  });

  it.each([
    ['a', true],
    ['A1._-', true],
    ['x'.repeat(64), true],
    ['x'.repeat(65), false],
    ['', false],
    ['.x', false],
    ['a b', false],
    ['한빛', false],
  ])('O-3 the id %j', (id, isGood) => {
    expect(parseInstitution({ ...good, id }).kind).toBe(isGood ? 'parsed' : 'refused');
  });

  it.each([
    'https://lms.example?x=1',
    'https://lms.example/#x',
    'https://user@lms.example',
    'https://user:secret@lms.example',
    'ftp://lms.example',
    'null',
    'file:///etc',
  ])('O-3 %s is no origin', (origin) => {
    expect(parseInstitution({ ...good, origins: [origin] }).kind).toBe('refused');
  });
});

describe('P-5 what never leaves this machine', () => {
  it.each(['localhost', 'localhost.', 'app.localhost', '127.0.0.1', '127.255.0.3', '::1', '[::1]'])(
    'P-5 %s',
    (host) => {
      expect(isLoopback(host)).toBe(true);
    },
  );

  it.each([
    'localhost.example',
    'notlocalhost',
    '0.0.0.0',
    '128.0.0.1',
    '127.0.0.1.example',
    '::',
    '10.0.0.1',
    '',
  ])('P-5 not %j', (host) => {
    expect(isLoopback(host)).toBe(false);
  });
});

describe('C-10 the return address', () => {
  const origins = ['https://lms.example', 'http://127.0.0.1:4001'];

  it.each([
    ['https://lms.example/back?x=1#top', true, true],
    ['https://lms.example:443/back', true, true],
    ['http://127.0.0.1:4001/back', true, false],
    ['http://lms.example/back', false, false],
    ['https://lms.example:8443/back', false, false],
    ['https://lms.example.evil.example/back', false, false],
    ['https://user@lms.example/back', false, false],
    ['https://:secret@lms.example/back', false, false],
    ['javascript:alert(1)', false, false],
    ['//lms.example/back', false, false],
    ['', false, false],
  ])('C-10 %s', (url, inDemo, inProduction) => {
    expect([isReturnUrl(url, origins, true), isReturnUrl(url, origins, false)]).toEqual([
      inDemo,
      inProduction,
    ]);
  });
});
