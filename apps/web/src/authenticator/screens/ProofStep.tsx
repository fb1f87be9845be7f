import { Button } from '../../common/Button.tsx';
import { registrationIdentity } from '../identity.ts';
import { needsIdentity, type Said, say } from '../refusals.ts';
import { prove, type Refusal, requireIdentity, resend } from '../registration.ts';
import type { Pending } from '../store.ts';
import { useTexts } from '../texts.ts';
import { useDelivery } from '../use-delivery.ts';
import { type IdentityCheck, type NotUsed, useIdentity } from '../use-identity.ts';
import { useProof } from '../use-proof.ts';
import type { World } from '../world.ts';
import { Frame } from './Frame.tsx';
import { IdentityButtons } from './IdentityButtons.tsx';
import { MessageCard } from './ProofParts.tsx';
import { SmsForm } from './SmsForm.tsx';
import { Steps } from './Steps.tsx';

type Events = {
  readonly onPending: (pending: Pending) => void;
  readonly onDone: () => void;
  readonly onRefused: (refusal: Refusal, said: Said) => void;
  readonly onRestart: () => void;
};

type Props = Events & { readonly world: World; readonly pending: Pending };

/** SPEC R-2: the number is proved by the code of a message, or by a certified identity check. */
export function ProofStep(props: Props) {
  const check = useIdentityProof(props);
  if (props.pending.proof === 'sms') return <SmsProof {...props} check={check} />;
  return <IdentityProof {...props} check={check} />;
}

function useIdentityProof({ world, pending, onDone, onRefused }: Props): IdentityCheck {
  const { t } = useTexts();
  async function use(attempt: string): Promise<NotUsed | undefined> {
    const result = await prove(world, pending, { attempt });
    if (result.kind === 'registered') return void onDone();
    const said = say(t, result);
    onRefused(result, said);
    return { text: said.text, again: result.kind === 'unreachable' };
  }
  return useIdentity(registrationIdentity(world, pending.registration), pending.attempt, use);
}

type WithCheck = Props & { readonly check: IdentityCheck };

const TEXTS = {
  identity: { title: 'proof-identity-title', text: 'proof-identity-text' },
  required: { title: 'proof-required-title', text: 'proof-required-text' },
  refused: { title: 'proof-refused-title', text: 'proof-refused-text' },
} as const;

/** The identity check is the proof: configured so, chosen, or because the number has another name (SPEC R-2a). */
function IdentityProof({ pending, check, onRestart }: WithCheck) {
  const { t } = useTexts();
  const offered = pending.identity.length > 0;
  const { title, text } =
    TEXTS[!offered ? 'refused' : pending.proof === 'required' ? 'required' : 'identity'];
  return (
    <Frame title={t(title)}>
      <Steps now="proof" />
      <div class="card">
        <p>{t(text, pending.learner)}</p>
        <p class="aside">{t(offered ? 'proof-identity-window' : 'proof-required-institution')}</p>
      </div>
      <IdentityButtons check={check} methods={pending.identity} />
      <Button wide={!offered} look={offered ? 'text' : 'primary'} onClick={onRestart}>
        {t('proof-restart')}
      </Button>
    </Frame>
  );
}

function useSmsProof({ world, pending, onPending, onDone, onRefused }: Props) {
  return useProof({
    async prove(code) {
      const result = await prove(world, pending, { code });
      if (result.kind === 'registered') return void onDone();
      if (!needsIdentity(result)) return result;
      onPending(await requireIdentity(world, pending));
      return undefined;
    },
    async resend() {
      const result = await resend(world, pending);
      if (result.kind !== 'pending') return result;
      onPending(result.pending);
      return undefined;
    },
    refused: onRefused,
  });
}

function SmsProof(props: WithCheck) {
  const { t } = useTexts();
  const { world, pending, check } = props;
  const proof = useSmsProof(props);
  const failing = useDelivery(world, pending) === 'failing';
  const other = pending.identity.length > 0;
  const first = other && (failing || proof.said?.otherWay === true);
  return (
    <Frame title={t('proof-title')} notice={proof.sentAgain ? t('proof-resent') : undefined}>
      <Steps now="proof" />
      <p class={failing ? 'notice' : 'no-error'} role="status">
        {failing && t(other ? 'proof-failing' : 'proof-failing-only')}
      </p>
      {first && <IdentityButtons check={check} methods={pending.identity} />}
      <MessageCard phone={pending.learner.phone} reference={pending.reference} sent={!failing} />
      <SmsForm
        clock={world.clock}
        message={pending}
        proof={proof}
        finish={t('proof-finish')}
        look={first ? 'secondary' : 'primary'}
      >
        <Button look="text" onClick={props.onRestart}>
          {t('proof-restart')}
        </Button>
      </SmsForm>
      {!first && <NoMessage {...props} />}
    </Frame>
  );
}

/** “문자가 오지 않나요?” */
function NoMessage({ pending, check }: WithCheck) {
  const { t } = useTexts();
  const other = pending.identity.length > 0;
  return (
    <details class="more" open={check.waiting || check.said !== undefined}>
      <summary>{t('proof-none')}</summary>
      <p>{t(other ? 'proof-none-other' : 'proof-none-only')}</p>
      {other && <IdentityButtons check={check} methods={pending.identity} look="secondary" />}
    </details>
  );
}
