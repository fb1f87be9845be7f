import { Button } from '../../common/Button.tsx';
import { CodeField } from '../../common/CodeField.tsx';
import type { Pending } from '../store.ts';
import { useTexts } from '../texts.ts';
import { useServerTime } from '../use-clock.ts';
import { type Proof, type ProofEvents, useProof, useSmsCode } from '../use-proof.ts';
import type { World } from '../world.ts';
import { FormError } from './FormError.tsx';
import { Frame } from './Frame.tsx';
import { MessageCard, ResendButton, TimeLeft } from './ProofParts.tsx';
import { Steps } from './Steps.tsx';

type Props = ProofEvents & { readonly world: World; readonly pending: Pending };

export function ProofStep({ world, pending, ...events }: Props) {
  const { t } = useTexts();
  const now = useServerTime(world.clock);
  const proof = useProof(world, pending, events);
  const { typed, said, busy, answer } = proof;
  useSmsCode((code) => {
    proof.type(code);
    answer(code);
  }, pending.reference);

  return (
    <Frame title={t('proof-title')} notice={proof.sentAgain ? t('proof-resent') : undefined}>
      <Steps now="proof" />
      <MessageCard pending={pending} />
      <form
        class="form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          answer(typed);
        }}
      >
        <SmsCode proof={proof} />
        <TimeLeft until={pending.expiresAt} now={now} />
        <FormError text={said && said.at !== 'code' ? said.text : undefined} />
        <Button type="submit" wide size="xlarge" busy={busy} disabled={now >= pending.expiresAt}>
          {t('proof-finish')}
        </Button>
        <div class="side-by-side">
          <ResendButton at={pending.resendAt} now={now} busy={busy} onClick={proof.again} />
          <Button look="text" onClick={events.onRestart}>
            {t('proof-restart')}
          </Button>
        </div>
      </form>
    </Frame>
  );
}

function SmsCode({ proof: { typed, type, said, field } }: { readonly proof: Proof }) {
  const { t } = useTexts();
  const error = said?.at === 'code' ? said.text : undefined;
  return <CodeField label={t('proof-code')} value={typed} onInput={type} error={error} inputRef={field} />;
}
