import { parseCode } from '@motp/otp';
import type { RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { readSmsCode } from './platform.ts';
import { type Said, say } from './refusals.ts';
import type { Refusal } from './registration.ts';
import { useTexts } from './texts.ts';

/** What a code is for. Each resolves to why not, or undefined when it is done. */
export type ProofWork = {
  prove(code: string): Promise<Refusal | undefined>;
  resend(): Promise<Refusal | undefined>;
  refused?(refusal: Refusal, said: Said): void;
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
export function useProof(work: ProofWork): Proof {
  const { t } = useTexts();
  const [typed, setTyped] = useState('');
  const [said, setSaid] = useState<Said>();
  const [busy, setBusy] = useState(false);
  const [sentAgain, setSentAgain] = useState(false);
  const field = useRef<HTMLInputElement>(null);

  async function whileBusy<Result>(task: Promise<Result>): Promise<Result> {
    setBusy(true);
    return task.finally(() => setBusy(false));
  }
  function refuse(refusal: Refusal): void {
    const refused = say(t, refusal);
    setSaid(refused);
    if (refused.at === 'code') field.current?.focus();
    work.refused?.(refusal, refused);
  }
  async function answer(text: string): Promise<void> {
    const code = parseCode(text);
    if (busy) return;
    if (!code) return refuse({ kind: 'not-a-code' });
    const refusal = await whileBusy(work.prove(code));
    if (refusal) refuse(refusal);
  }
  async function again(): Promise<void> {
    const refusal = await whileBusy(work.resend());
    if (refusal) return refuse(refusal);
    type('');
    setSentAgain(true);
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
