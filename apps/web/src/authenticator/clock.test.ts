import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clockFrom, jumped, wentBack } from './clock.ts';
import { keepClock } from './clock-keeper.ts';
import { memoryStore } from './memory-store.ts';

const HOUR = 3_600_000;
const SERVER = Date.UTC(2026, 10, 23, 3, 0, 0);

/** A phone whose clock is `wrongBy` off, and a network on which every question takes the next of `trips`. */
function phone(wrongBy: number, trips: readonly number[] = [100]) {
  let steady = 5_000;
  let set = wrongBy;
  let questions = 0;
  const clocks = { date: () => SERVER + set + steady, steady: () => steady };
  return {
    clocks,
    questions: () => questions,
    serverNow: () => SERVER + steady,
    pass: (ms: number) => {
      steady += ms;
    },
    setClock: (by: number) => {
      set += by;
    },
    sleep: (ms: number) => {
      set += ms;
    },
    askTime: async () => {
      const trip = trips[questions++ % trips.length] ?? 0;
      steady += trip / 2;
      const now = SERVER + steady;
      steady += trip / 2;
      return now;
    },
  };
}

describe('T-3 the offset', () => {
  it('T-3 is taken from the fastest of three answers, at its midpoint', () => {
    const clock = clockFrom([
      { sentAt: 1_000, roundTrip: 900, serverNow: 50_000 },
      { sentAt: 2_000, roundTrip: 100, serverNow: 60_000 },
      { sentAt: 3_000, roundTrip: 400, serverNow: 70_000 },
    ]);
    expect(clock).toEqual({
      offset: 57_950,
      measuredAt: 2_000,
      roundTrip: 100,
      doubtful: false,
      lastSeen: 2_000,
    });
  });

  it('T-3 is unknown without an answer', () => {
    expect(clockFrom([])).toBeUndefined();
  });

  it('T-3 is never wrong by more than half the fastest round trip', () => {
    const trip = fc.integer({ min: 1, max: 5_000 });
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    const wrongBy = fc.integer({ min: -14 * HOUR, max: 14 * HOUR });
    fc.assert(
      fc.property(fc.array(fc.tuple(trip, share), { minLength: 1, maxLength: 3 }), wrongBy, (trips, off) => {
        const samples = trips.map(([roundTrip, there]) => ({
          sentAt: SERVER + off,
          roundTrip,
          serverNow: SERVER + roundTrip * there,
        }));
        const fastest = Math.min(...trips.map(([roundTrip]) => roundTrip));
        expect(Math.abs((clockFrom(samples)?.offset ?? Number.NaN) + off)).toBeLessThanOrEqual(
          fastest / 2 + 1,
        );
      }),
    );
  });
});

describe('T-3 a wrong phone clock', () => {
  for (const hours of [-9, 9, 0, 14]) {
    it(`T-3 ${hours} hours off: server time all the same, online once, and after a restart offline`, async () => {
      const store = memoryStore();
      const device = phone(hours * HOUR, [300, 80, 500]);
      const clock = await keepClock(store, device.askTime, device.clocks);
      expect(clock.trusted()).toBe(false);
      expect(await clock.measure()).toBe(true);
      expect(device.questions()).toBe(3);
      expect(clock.now()).toBe(device.serverNow());
      const offline = await keepClock(store, async () => undefined, device.clocks);
      device.pass(30 * 60_000);
      expect(offline.trusted()).toBe(true);
      expect(offline.now()).toBe(device.serverNow());
    });
  }

  it('T-3 keeps the old offset when nothing answers', async () => {
    const store = memoryStore();
    const device = phone(9 * HOUR);
    await (await keepClock(store, device.askTime, device.clocks)).measure();
    const offline = await keepClock(store, async () => undefined, device.clocks);
    expect(await offline.measure()).toBe(false);
    expect(offline.now()).toBe(device.serverNow());
  });
});

describe('T-3 a clock that jumps', () => {
  const at = (date: number, steady: number) => ({ date, steady });

  it('T-3 is noticed in both directions while the app is open', () => {
    expect(jumped(at(0, 0), at(1_000, 1_000), false)).toBe(false);
    expect(jumped(at(0, 0), at(3_000, 1_000), false)).toBe(false);
    expect(jumped(at(0, 0), at(3_001, 1_000), false)).toBe(true);
    expect(jumped(at(0, 0), at(HOUR, 1_000), false)).toBe(true);
    expect(jumped(at(0, 0), at(-HOUR, 1_000), false)).toBe(true);
  });

  it('T-3 a phone that slept has not jumped; one that went back has', () => {
    expect(jumped(at(0, 0), at(HOUR, 1_000), true)).toBe(false);
    expect(jumped(at(0, 0), at(-2_001, 0), true)).toBe(true);
  });

  it('T-3 marks the offset doubtful until it was measured again', async () => {
    const store = memoryStore();
    const device = phone(0);
    const clock = await keepClock(store, device.askTime, device.clocks);
    await clock.measure();
    device.pass(1_000);
    expect(await clock.watch(false)).toBe(false);
    device.setClock(HOUR);
    expect(await clock.watch(false)).toBe(true);
    expect(clock.trusted()).toBe(false);
    const reopened = await keepClock(store, device.askTime, device.clocks);
    expect(reopened.trusted()).toBe(false);
    expect(await reopened.measure()).toBe(true);
    expect(reopened.trusted()).toBe(true);
    expect(reopened.now()).toBe(device.serverNow());
  });

  it('T-3 a clock set back while the app was closed is noticed when it opens', async () => {
    const store = memoryStore();
    const device = phone(0);
    const clock = await keepClock(store, device.askTime, device.clocks);
    await clock.measure();
    device.pass(60_000);
    await clock.watch(true);
    device.setClock(-HOUR);
    expect((await keepClock(store, device.askTime, device.clocks)).trusted()).toBe(false);
  });

  it('T-3 a clock that only ran on while the app was closed is believed', async () => {
    const store = memoryStore();
    const device = phone(0);
    await (await keepClock(store, device.askTime, device.clocks)).measure();
    device.sleep(3 * 24 * HOUR);
    expect((await keepClock(store, device.askTime, device.clocks)).trusted()).toBe(true);
  });

  it('T-3 two seconds of grace', () => {
    const clock = { offset: 0, measuredAt: 0, roundTrip: 0, doubtful: false, lastSeen: 10_000 };
    expect(wentBack(clock, 8_000)).toBe(false);
    expect(wentBack(clock, 7_999)).toBe(true);
  });
});
