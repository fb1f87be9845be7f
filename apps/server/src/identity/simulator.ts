import { setTimeout as wait } from 'node:timers/promises';
import type { IdentityMethod } from '@motp/protocol';
import { seoulDay } from '../calendar.ts';
import type { World } from '../world.ts';
import { givenBySimulator } from './gives.ts';
import { type IdentityProvider, type ProviderState, ProviderUnavailableError } from './provider.ts';
import { type Ending, KEPT_MS, type Typed, WINDOW_MS } from './simulator-rules.ts';
import {
  type ConfirmReply,
  close,
  confirmCode,
  confirmIpin,
  type Ended,
  ended,
  type IdentityWindow,
  type MessageReply,
  resultOf,
  type SendText,
  sendCode,
  viewOf,
  type WindowView,
} from './simulator-window.ts';

export interface SimulatorOptions {
  world: World;
  publicUrl: string;
  sendText: SendText;
  /** How long a provider that hangs is waited for before it is given up, ms; 3 s unless told. */
  hangMs?: number;
}

/** The identity provider of the demo and the operations of its window; `undefined`: no such window, or over. */
export interface Simulator {
  provider(method: IdentityMethod): IdentityProvider;
  view(reference: string): WindowView | undefined;
  sendCode(reference: string, typed: Typed): Promise<MessageReply | undefined>;
  /** 휴대폰: the code of the message. */
  confirmCode(reference: string, code: string): ConfirmReply | undefined;
  /** 아이핀: id and password, which are neither compared nor kept. */
  confirmIpin(reference: string, typed: Typed): ConfirmReply | undefined;
  end(reference: string, ending: Exclude<Ending, 'certified'>): Ended | undefined;
}

const HANG_MS = 3_000;

/**
 * Demo mode only: an identity provider inside this process. Its windows live in memory, because the demo has one
 * process; a restart forgets them, and an attempt of before has failed then.
 */
export function createSimulator(options: SimulatorOptions): Simulator {
  const { world } = options;
  const windows = new Map<string, IdentityWindow>();
  const find = (reference: string, method?: IdentityMethod): IdentityWindow | undefined => {
    const window = windows.get(reference);
    const isOver = !window || world.now() >= window.openedAt + WINDOW_MS;
    return isOver || (method && window.method !== method) ? undefined : window;
  };
  return {
    provider: (method) => provider(options, windows, method),
    view(reference) {
      const window = find(reference);
      return window && viewOf(window);
    },
    async sendCode(reference, typed) {
      const window = find(reference, 'phone');
      return window && sendCode(options, window, typed);
    },
    confirmCode(reference, code) {
      const window = find(reference, 'phone');
      return window && confirmCode(window, code, world.now());
    },
    confirmIpin(reference, typed) {
      const window = find(reference, 'ipin');
      return window && confirmIpin(window, typed, seoulDay(world.now()));
    },
    end(reference, ending) {
      const window = find(reference);
      return window && (ended(window) ?? close(window, ending));
    },
  };
}

function provider(
  { world, publicUrl, hangMs = HANG_MS }: SimulatorOptions,
  windows: Map<string, IdentityWindow>,
  method: IdentityMethod,
): IdentityProvider {
  return {
    name: 'simulator',
    gives: givenBySimulator(method),
    async start({ reference, returnUrl, locale, person }) {
      const openedAt = world.now();
      forget(windows, openedAt - KEPT_MS);
      const counts = { messages: 0, wrongCodes: 0 };
      windows.set(reference, { method, returnUrl, locale, expected: person, openedAt, ...counts });
      return { state: { reference }, url: `${publicUrl}/demo/identity/${reference}` };
    },
    async complete({ reference }: ProviderState) {
      const window = windows.get(String(reference));
      if (window?.method !== method) return { kind: 'failed', why: 'unknown-transaction' };
      if (window.ending !== 'hanging') return resultOf(window, String(reference));
      await wait(hangMs);
      throw new ProviderUnavailableError('the simulator was told not to answer');
    },
  };
}

function forget(windows: Map<string, IdentityWindow>, before: number): void {
  for (const [reference, { openedAt }] of windows) if (openedAt < before) windows.delete(reference);
}
