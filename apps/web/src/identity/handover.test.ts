import { describe, expect, it, vi } from 'vitest';
import { awaitHandover, type GoHere, ownOrigins } from './handover.ts';

const PUBLIC = 'https://motp.example';
const APP = 'https://app.motp.example';
const handover = { attempt: 'idt_1', secret: 's', url: 'https://provider.example/' };
const message = { motp: 'identity-start', ...handover };

function opened() {
  const said: unknown[] = [];
  const opener = { postMessage: (data: unknown, origin: string) => said.push([origin, data]) };
  const listeners = new Set<(heard: { source: unknown; origin: string; data: unknown }) => void>();
  const looks = new Set<() => void>();
  const here: GoHere = {
    opener,
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    every(_ms, look) {
      looks.add(look);
      return () => looks.delete(look);
    },
  };
  const hear = (source: unknown, origin: string, data: unknown) => {
    for (const listener of [...listeners]) listener({ source, origin, data });
  };
  return { here, opener, said, hear, looks };
}

describe('the window of an identity check', () => {
  it('C-6 takes an attempt only from its opener and only from our own origins', () => {
    const { here, opener, hear, looks } = opened();
    const received = vi.fn();
    awaitHandover(here, [PUBLIC, APP], received);
    hear(opener, 'https://evil.example', message);
    hear({}, PUBLIC, message);
    hear(opener, PUBLIC, { ...message, secret: undefined });
    expect(received).not.toHaveBeenCalled();
    hear(opener, APP, message);
    expect(received.mock.calls).toEqual([[{ handover, opener: APP }]]);
    hear(opener, APP, { ...message, attempt: 'idt_2' });
    expect([received.mock.calls.length, looks.size]).toEqual([1, 0]);
  });

  it('C-6 says that it is ready to our own origins alone, until it is answered', () => {
    const { here, said, looks } = opened();
    awaitHandover(here, [PUBLIC, APP], () => undefined);
    const ready = { motp: 'identity-ready' };
    expect(said).toEqual([
      [PUBLIC, ready],
      [APP, ready],
    ]);
    for (const look of looks) look();
    expect(said).toHaveLength(4);
  });

  it('R-4a our origins are this one and the app’s', () => {
    expect(ownOrigins(PUBLIC, `${APP}/`)).toEqual([PUBLIC, APP]);
    expect(ownOrigins(PUBLIC, PUBLIC)).toEqual([PUBLIC]);
    for (const none of ['', null, undefined, 'no address'])
      expect(ownOrigins(PUBLIC, none)).toEqual([PUBLIC]);
  });
});
