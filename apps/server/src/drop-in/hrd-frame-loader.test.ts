import { readFileSync } from 'node:fs';
import { createContext, runInContext } from 'node:vm';
import { transform } from 'esbuild';
import { beforeEach, describe, expect, it } from 'vitest';

const FILE = new URL('../../../web/public/fdsService/hrdAPI/hrdFrameLoader.js', import.meta.url);
const script = readFileSync(FILE, 'utf8');
const ADDRESS = 'http://motp.test/fdsService/hrdAPI/';

/** 2026-11-23 12:00:05 in Seoul. */
const NOON = Date.UTC(2026, 10, 23, 3, 0, 5);
const HOUR_MS = 3_600_000;

/** One answer of the server: how long the way there and back took, what came back. */
interface Answer {
  tookMs: number;
  status?: number;
  /** The body; what the server's clock says when it is not said. */
  text?: string;
}

let deviceNow: number;
let serverNow: number;
let answers: Answer[];
let waiting: (() => void)[];
let asked: string[];
let said: string[];

beforeEach(() => {
  serverNow = NOON;
  deviceNow = NOON;
  answers = [];
  waiting = [];
  asked = [];
  said = [];
});

class OldRequest {
  readyState = 0;
  status = 0;
  responseText = '';
  onreadystatechange: () => void = () => undefined;
  open(method: string, url: string): void {
    asked.push(`${method} ${url}`);
  }
  send(body?: unknown): void {
    if (body !== undefined) throw new Error('something was sent');
    waiting.push(() => this.#answer(answers.shift() ?? { tookMs: 10 }));
  }
  #answer({ tookMs, status = 200, text }: Answer): void {
    pass(tookMs / 2);
    const body = text ?? JSON.stringify({ now: serverNow });
    pass(tookMs / 2);
    Object.assign(this, { readyState: 4, status, responseText: status === 0 ? '' : body });
    this.onreadystatechange();
  }
}

function pass(ms: number): void {
  deviceNow += ms;
  serverNow += ms;
}

/** Until the script asks for nothing more. */
function answerAll(): void {
  for (let next = waiting.shift(); next; next = waiting.shift()) next();
}

// biome-ignore lint/suspicious/noExplicitAny: a window of 2013 has whatever scripts put there
type OldWindow = any;

/** A browser that knows nothing later than ES5. */
function load(own: Record<string, unknown> = {}, src = `${ADDRESS}hrdFrameLoader.js?v=1`): OldWindow {
  const scripts = [{ src: 'http://lms.test/jquery.js' }, { src }, { src: '' }];
  const window: OldWindow = {
    document: { getElementsByTagName: () => scripts },
    console: { log: (words: string) => said.push(words) },
    XMLHttpRequest: OldRequest,
    ...own,
  };
  window.window = window;
  createContext(window);
  window.deviceClock = () => deviceNow;
  runInContext(OLD_BROWSER, window);
  runInContext(script, window);
  return window;
}

const OLD_BROWSER = `
  (function (Real, now) {
    Date = function (at) { return new Real(arguments.length ? at : now()); };
  })(Date, deviceClock);
  Promise = Map = Set = Symbol = Proxy = Reflect = Intl = undefined;
  String.prototype.padStart = Number.isFinite = Object.assign = Array.from = undefined;
`;

describe('hrdFrameLoader.js', () => {
  it('T-3 needs nothing later than ES5: nothing in it has to be written anew for such a browser', async () => {
    const written = (code: string, target: string) =>
      transform(code, { target, minifyWhitespace: true }).then((result) => result.code);
    expect(await written(script, 'es5')).toBe(await written(script, 'esnext'));
    expect(await written('(function(){return 2 ** 3})()', 'es5')).not.toContain('**');
  });

  it('T-3 tells the server’s time in Korea, whatever the clock and the zone of the device', () => {
    deviceNow = NOON - 9 * HOUR_MS - 12_345;
    const page = load();
    answerAll();
    expect(page.hrdFrame.getUT()).toBe('2026-11-23 12:00:05');
    pass(12 * HOUR_MS);
    expect(page.hrdFrame.getUT()).toBe('2026-11-24 00:00:05');
    expect(page.getUT()).toBe('2026-11-24 00:00:05');
  });

  it('T-3 believes the fastest of three uncached answers, at its midpoint', () => {
    deviceNow = NOON + HOUR_MS;
    answers = [{ tookMs: 4_000 }, { tookMs: 40 }, { tookMs: 900 }];
    const page = load();
    answerAll();
    expect(asked).toHaveLength(3);
    expect(new Set(asked).size).toBe(3);
    for (const each of asked) expect(each.startsWith(`GET ${ADDRESS}time?`)).toBe(true);
    serverNow = Date.UTC(2026, 10, 23, 3, 0, 30);
    deviceNow = serverNow + HOUR_MS;
    expect(page.hrdFrame.getUT()).toBe('2026-11-23 12:00:30');
  });

  it('T-3 uses the device’s clock, in Korean time, until an answer is there or when none comes', () => {
    deviceNow = NOON + 60_000;
    const page = load();
    expect(page.hrdFrame.getUT()).toBe('2026-11-23 12:01:05');
    answers = [
      { tookMs: 0, status: 0 },
      { tookMs: 0, text: '<html>sign in to this network</html>' },
      { tookMs: 0, text: '{"now":1e999}' },
    ];
    answerAll();
    expect(page.hrdFrame.getUT()).toBe('2026-11-23 12:01:05');
    page.loadHrdFrame(true);
    answerAll();
    expect(page.hrdFrame.getUT()).toBe('2026-11-23 12:00:05');
  });

  it('P-3 the other calls of such pages are there, send nothing, and say so when asked to', () => {
    const page = load();
    answerAll();
    page.loadHrdFrame(true);
    answerAll();
    const before = asked.length;
    for (const holder of [page, page.hrdFrame]) {
      expect(holder.loadFDS('agt', 'trainee-17', 'session-1')).toBeUndefined();
      expect(holder.loadOTP('agt', 'trainee-17', 'session-1', '1')).toBeUndefined();
      expect(holder.loadKeyPad()).toBeUndefined();
    }
    expect([asked.length - before, waiting.length]).toEqual([0, 0]);
    expect(said.filter((line) => line.startsWith('[hrdFrame] loadFDS: no fingerprint'))).toHaveLength(2);
    expect(said.join()).not.toMatch(/trainee-17|session-1/);
  });

  it('P-3 is silent unless asked, also where there is no console, and leaves a page’s own functions alone', () => {
    const own = () => 'own';
    const page = load({ loadOTP: own, console: undefined });
    page.loadHrdFrame(true);
    page.loadFDS();
    answerAll();
    expect(page.loadOTP()).toBe('own');
    expect(page.hrdFrame.loadOTP()).toBeUndefined();
    load().loadFDS();
    expect(said).toEqual([]);
  });
});
