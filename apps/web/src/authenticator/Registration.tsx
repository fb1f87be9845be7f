import type { ConsentsReply } from '@motp/protocol';
import { useState } from 'preact/hooks';
import { readPasscode } from './passcode.ts';
import type { PersonForm } from './person.ts';
import { endsPending, type Said, say } from './refusals.ts';
import { begin, forgetPending } from './registration.ts';
import { ConsentsStep } from './screens/ConsentsStep.tsx';
import { PersonStep } from './screens/PersonStep.tsx';
import { ProofStep } from './screens/ProofStep.tsx';
import { State, Stuck } from './screens/states.tsx';
import type { Pending } from './store.ts';
import { type TextKey, useTexts } from './texts.ts';
import { useBack } from './use-back.ts';
import { useReady } from './use-ready.ts';
import type { World } from './world.ts';

type Props = {
  readonly world: World;
  readonly pending?: Pending;
  readonly onDone: (said: TextKey) => void;
  readonly onLeave: () => void;
};

/** What was typed stays through all steps and is nowhere but here. */
type Draft = {
  readonly step: 'consents' | 'person' | 'proof' | 'no-storage';
  readonly accepted: readonly string[];
  readonly form: PersonForm;
  readonly pending?: Pending | undefined;
  readonly said?: Said | undefined;
};

type Change = (part: Partial<Draft>) => void;

const EMPTY: PersonForm = { name: '', phone: '', passcode: '', again: '' };

/** 약관 → 본인 정보 → 인증. */
export function Registration({ world, pending: resumed, onDone, onLeave }: Props) {
  const { t } = useTexts();
  const [ready, load] = useReady(world, resumed !== undefined, onLeave);
  const step = resumed ? 'proof' : 'consents';
  const [draft, setDraft] = useState<Draft>({ step, accepted: [], form: EMPTY, pending: resumed });
  const change: Change = (part) => setDraft((now) => ({ ...now, ...part }));

  /** Back to the details, with a reason when the server gave one; what was resumed has to start from the terms. */
  async function again(said?: Said): Promise<void> {
    await forgetPending(world);
    change({ pending: undefined, said, step: draft.accepted.length > 0 || !resumed ? 'person' : 'consents' });
  }

  if (ready === 'no-storage' || draft.step === 'no-storage') return <Stuck why="storage" />;
  if (draft.step === 'proof' && draft.pending) {
    return (
      <ProofStep
        world={world}
        pending={draft.pending}
        onPending={(pending) => change({ pending })}
        onDone={() => onDone('notice-registered')}
        onRefused={(refusal, said) => void (endsPending(refusal) && again(said))}
        onRestart={() => again()}
      />
    );
  }
  if (ready === 'loading') return null;
  if (ready === 'unreachable') {
    const text = t('state-offline-text');
    return <State picture="offline" title="state-offline-title" text={text} button="retry" onClick={load} />;
  }
  return <Details world={world} offer={ready} draft={draft} change={change} onLeave={onLeave} />;
}

type DetailsProps = {
  readonly world: World;
  readonly offer: ConsentsReply;
  readonly draft: Draft;
  readonly change: Change;
  readonly onLeave: () => void;
};

function Details({ world, offer, draft, change, onLeave }: DetailsProps) {
  const { t, locale } = useTexts();
  const { step, accepted, form, said } = draft;
  const back = useBack(step === 'person' ? 1 : 0, () => change({ step: 'consents' }));

  async function send(proof: 'sms' | 'identity'): Promise<void> {
    const person = { name: form.name, phone: form.phone, passcode: readPasscode(form.passcode) };
    const result = await begin(world, person, accepted, locale, proof);
    if (result.kind === 'no-storage') return change({ step: 'no-storage' });
    if (result.kind === 'pending') return change({ pending: result.pending, said: undefined, step: 'proof' });
    const refused = say(t, result);
    change(refused.at === 'consents' ? { said: refused, step: 'consents' } : { said: refused });
  }

  if (step === 'person') {
    const clear = () => change({ said: undefined });
    const onForm = (next: PersonForm) => change({ form: next });
    const events = { onForm, onTyping: clear, onSend: send, onBack: back };
    return <PersonStep form={form} said={said} offer={offer} {...events} />;
  }
  return (
    <ConsentsStep
      consents={offer.consents}
      accepted={accepted}
      onAccepted={(ids) => change({ accepted: ids })}
      said={said?.at === 'consents' || accepted.length === 0 ? said?.text : undefined}
      onNext={() => change({ step: 'person' })}
      onBack={onLeave}
    />
  );
}
