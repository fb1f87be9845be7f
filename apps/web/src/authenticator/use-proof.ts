import { parseCode } from '@motp/otp';
import type { RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { readSmsCode } from './platform.ts';
import { type Said, say } from './refusals.ts';
import { prove, type Refusal, resend } from './registration.ts';
import type { Pending } from './store.ts';
import { useTexts } from './texts.ts';
import type { World } from './world.ts';

export type ProofEvents = {
  readonly onPending: (pending: Pending) => void;
  readonly onDone: () => void;
  readonly onRefused: (refusal: Refusal, said: Said) => void;
  readonly onRestart: () => void;
};

export type Proof = {
  readonly typed: string;
  readonly said: Said | undefined;
  readonly busy: boolean;
  readonly sentAgain: boolean;
  readonly field: RefObject<HTMLInputElement | null>;
  type(text: string): void;
  answer(text: string): Promise<void>;
  again(): Promise<void>;
};

/** The SMS code being typed, sent, refused and asked for again. */
export function useProof(world: World, pending: Pending, events: ProofEvents): Proof {
  const { t } = useTexts();
  const [typed, setTyped] = useState('');
  const [said, setSaid] = useState<Said>();
  const [busy, setBusy] = useState(false);
  const [sentAgain, setSentAgain] = useState(false);
  const field = useRef<HTMLInputElement>(null);

  async function whileBusy<Result>(work: Promise<Result>): Promise<Result> {
    setBusy(true);
    return work.finally(() => setBusy(false));
  }
  function refuse(refusal: Refusal): void {
    const refused = say(t, refusal);
    setSaid(refused);
    if (refused.at === 'code') field.current?.focus();
    events.onRefused(refusal, refused);
  }
  async function answer(text: string): Promise<void> {
    const code = parseCode(text);
    if (busy) return;
    if (!code) return refuse({ kind: 'not-a-code' });
    const result = await whileBusy(prove(world, pending, code));
    if (result.kind === 'registered') events.onDone();
    else refuse(result);
  }
  async function again(): Promise<void> {
    const result = await whileBusy(resend(world, pending));
    if (result.kind !== 'pending') return refuse(result);
    type('');
    setSentAgain(true);
    events.onPending(result.pending);
  }
  function type(text: string): void {
    setTyped(text);
    setSaid(undefined);
  }
  return { typed, said, busy, sentAgain, field, type, answer, again };
}

/** WebOTP, where there is any: asks anew for every message. */
export function useSmsCode(onCode: (code: string) => void, message: string): void {
  const latest = useRef(onCode);
  latest.current = onCode;
  useEffect(() => {
    const stop = new AbortController();
    readSmsCode(stop.signal).then((code) => code && !stop.signal.aborted && latest.current(code));
    return () => stop.abort();
  }, [message]);
}
