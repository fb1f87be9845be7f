import type { IdentityAttempt } from '@motp/protocol';
import { describe, expect, it, vi } from 'vitest';
import { forgetAttempt, isPath, keepAttempt, keptAttempt, readHandover } from './identity-handover.ts';
import { type Heard, type Here, type IdentityWindow, type Popup, startIdentity } from './identity-window.ts';
import type { Answer } from './problem.ts';

const PUBLIC = 'https://motp.example';
const attempt: IdentityAttempt = {
  attempt: 'idt_1',
  secret: 'the-secret',
  url: 'https://provider.example/window?token=1',
  window: `${PUBLIC}/identity/go`,
  expiresAt: '2026-11-23T03:10:00.000Z',
};
const handover = { attempt: 'idt_1', secret: 'the-secret', url: attempt.url, lang: 'ko' } as const;
const begun: Answer<IdentityAttempt> = { kind: 'ok', status: 201, body: attempt };

/** A browser that writes down what is done in it; `windows` says how many windows it will open. */
function browser({ windows = 1, isTop = true, origin = PUBLIC, storage = true } = {}) {
  const did: string[] = [];
  const posted: unknown[] = [];
  const kept = new Map<string, string>();
  const listeners = new Set<(heard: Heard) => void>();
  const looks = new Set<() => void>();
  const opened: { id: number; closed: boolean }[] = [];
  const popup = (): Popup => {
    const own = { id: opened.length + 1, closed: false };
    opened.push(own);
    return {
      get closed() {
        return own.closed;
      },
      focus: () => did.push(`focus ${own.id}`),
      close: () => did.push(`close ${own.id}`),
      postMessage: (message, target) => posted.push([own.id, target, message]),
      go: (url) => did.push(`${own.id} goes to ${url}`),
      is: (source) => source === own,
    };
  };
  const here: Here = {
    isTop,
    origin,
    lang: 'ko',
    session: () => {
      if (!storage) throw new Error('blocked');
      return {
        getItem: (key) => kept.get(key) ?? null,
        setItem: (key, value) => kept.set(key, value),
        removeItem: (key) => kept.delete(key),
      };
    },
    open(wait) {
      did.push(`open: ${wait}`);
      return opened.length < windows ? popup() : null;
    },
    go: (url) => did.push(`this tab goes to ${url}`),
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    every(_ms, look) {
      looks.add(look);
      return () => looks.delete(look);
    },
  };
  const hear = (source: unknown, from: string, data: unknown) => {
    for (const listener of [...listeners]) listener({ source, origin: from, data });
  };
  const look = () => {
    for (const one of [...looks]) one();
  };
  return { here, did, posted, kept, opened, hear, listeners, look };
}

const starting = (begin: () => Promise<Answer<IdentityAttempt>> = async () => begun) => ({
  begin,
  back: '/check/token',
  wait: '잠시만',
});

async function inWindow(here: Here): Promise<IdentityWindow> {
  const started = await startIdentity(starting(), here);
  if (started.kind !== 'window') throw new Error(started.kind);
  return started;
}

describe('starting an identity check', () => {
  it('C-6 the window is opened in the click, before the server is asked', async () => {
    const { here, did } = browser();
    const begin = vi.fn(async () => {
      did.push('begin');
      return begun;
    });
    expect((await startIdentity(starting(begin), here)).kind).toBe('window');
    expect(did).toEqual(['open: 잠시만', 'begin', `1 goes to ${PUBLIC}/identity/go`]);
  });

  it('C-6 the secret goes to that window alone, when it stands at the public origin, and in no address', async () => {
    const { here, did, posted, opened, hear } = browser({ origin: 'https://app.example' });
    await inWindow(here);
    hear({ id: 1 }, PUBLIC, { motp: 'identity-ready' });
    hear(opened[0], 'https://provider.example', { motp: 'identity-ready' });
    hear(opened[0], PUBLIC, { motp: 'something' });
    expect(posted).toEqual([]);
    hear(opened[0], PUBLIC, { motp: 'identity-ready' });
    expect(posted).toEqual([[1, PUBLIC, { motp: 'identity-start', ...handover }]]);
    expect(did.join()).not.toContain('the-secret');
  });

  it('C-6 it is finished when that window says so of this attempt', async () => {
    const { here, opened, hear, listeners } = browser();
    const ended = vi.fn();
    const started = await inWindow(here);
    started.finished.then(ended);
    hear(opened[0], 'https://evil.example', { motp: 'identity-done', attempt: 'idt_1' });
    hear(opened[0], PUBLIC, { motp: 'identity-done', attempt: 'idt_2' });
    await Promise.resolve();
    expect(ended).not.toHaveBeenCalled();
    hear(opened[0], PUBLIC, { motp: 'identity-done', attempt: 'idt_1' });
    expect(await started.finished).toBe('done');
    expect(listeners.size).toBe(0);
  });

  it('C-6 a window that was closed is noticed, and shown again it is handed the same attempt', async () => {
    const { here, did, posted, opened, hear, look } = browser({ windows: 2 });
    const started = await inWindow(here);
    look();
    expect(started.closed()).toBe(false);
    expect(started.show()).toBe(true);
    if (opened[0]) opened[0].closed = true;
    look();
    expect([started.closed(), await started.finished]).toEqual([true, 'closed']);
    expect(started.show()).toBe(true);
    hear(opened[1], PUBLIC, { motp: 'identity-ready' });
    expect(did.slice(2)).toEqual(['focus 1', 'open: 잠시만', `2 goes to ${PUBLIC}/identity/go`, 'focus 2']);
    expect(posted).toEqual([[2, PUBLIC, { motp: 'identity-start', ...handover }]]);
    if (opened[1]) opened[1].closed = true;
    expect(started.show()).toBe(false);
  });

  it('C-6 what the server refuses to begin closes the window again', async () => {
    const { here, did } = browser();
    const answer = { kind: 'problem', problem: { status: 429, code: 'identity-limit' } } as const;
    expect(
      await startIdentity(
        starting(async () => answer),
        here,
      ),
    ).toEqual({ kind: 'not-begun', answer });
    expect(did).toEqual(['open: 잠시만', 'close 1']);
  });

  it('C-6 without a window this tab goes itself and keeps the secret in its session', async () => {
    const { here, did, kept } = browser({ windows: 0 });
    expect(await startIdentity(starting(), here)).toEqual({ kind: 'leaving' });
    expect(did).toEqual(['open: 잠시만', `this tab goes to ${attempt.url}`]);
    expect([...kept].map(([key, value]) => [key, JSON.parse(value)])).toEqual([
      ['motp-identity:idt_1', { ...handover, back: '/check/token' }],
    ]);
  });

  it('C-6 without a window a page in a frame begins nothing, which would count', async () => {
    const { here } = browser({ windows: 0, isTop: false });
    const begin = vi.fn(async () => begun);
    expect(await startIdentity(starting(begin), here)).toEqual({ kind: 'blocked' });
    expect(begin).not.toHaveBeenCalled();
  });

  it.each([
    ['stands at another origin', { origin: 'https://app.example' }],
    ['can keep nothing', { storage: false }],
  ])('C-6 a page that %s waits for another click', async (_, trouble) => {
    const { here, did } = browser({ windows: 0, ...trouble });
    const started = await inWindow(here);
    expect([started.closed(), started.show()]).toEqual([true, false]);
    expect(did.join()).not.toContain('goes');
  });

  it('C-6 leaving closes the window and hears nothing more of it', async () => {
    const { here, did, listeners } = browser();
    const started = await inWindow(here);
    started.leave();
    expect([did.at(-1), listeners.size, await started.finished]).toEqual(['close 1', 0, 'closed']);
  });
});

describe('what is handed over', () => {
  it('C-6 is read only when whole, and when it leads to a web address', () => {
    const message = { motp: 'identity-start', ...handover };
    expect(readHandover({ ...message, more: 1 })).toEqual(handover);
    expect(readHandover({ ...message, sdk: { storeId: 's' } })).toEqual({
      ...handover,
      sdk: { storeId: 's' },
    });
    for (const wrong of [
      null,
      'identity-start',
      { ...message, motp: 'identity-ready' },
      { ...message, secret: 7 },
      { ...message, attempt: '' },
      { ...message, url: 'javascript:alert(1)' },
      { ...message, url: '/relative' },
    ])
      expect(readHandover(wrong)).toBeUndefined();
  });

  it('C-6 is kept per attempt until it is forgotten, and nothing else is taken for it', () => {
    const { here, kept } = browser();
    expect(keepAttempt(here.session, { ...handover, opener: PUBLIC })).toBe(true);
    expect(keptAttempt(here.session, 'idt_1')).toEqual({ ...handover, opener: PUBLIC });
    expect(keptAttempt(here.session, 'idt_2')).toBeUndefined();
    kept.set('motp-identity:idt_2', JSON.stringify(handover));
    expect(keptAttempt(here.session, 'idt_2')).toBeUndefined();
    kept.set('motp-identity:idt_3', '{');
    expect(keptAttempt(here.session, 'idt_3')).toBeUndefined();
    forgetAttempt(here.session, 'idt_1');
    expect(keptAttempt(here.session, 'idt_1')).toBeUndefined();
    expect(keptAttempt(browser({ storage: false }).here.session, 'idt_1')).toBeUndefined();
  });

  it('C-6 leads back to a path of this origin and nowhere else', () => {
    expect(['/check/abc', '/app/', '/'].map(isPath)).toEqual([true, true, true]);
    const elsewhere = ['//evil.example', '/\\evil.example', 'https://evil.example', 'check', '', undefined];
    expect(elsewhere.map(isPath)).toEqual(elsewhere.map(() => false));
  });
});
