import type { ComponentChildren } from 'preact';
import { Button } from '../../common/Button.tsx';
import { CodeField } from '../../common/CodeField.tsx';
import type { ClockKeeper } from '../clock-keeper.ts';
import type { Message } from '../store.ts';
import { useTexts } from '../texts.ts';
import { useServerTime } from '../use-clock.ts';
import { type Proof, useSmsCode } from '../use-proof.ts';
import { FormError } from './FormError.tsx';
import { ResendButton, TimeLeft } from './ProofParts.tsx';

type Props = {
  readonly clock: ClockKeeper;
  readonly message: Message;
  readonly proof: Proof;
  /** What the main button does. */
  readonly finish: string;
  readonly look?: 'primary' | 'secondary';
  /** Beside the button that sends the message again. */
  readonly children: ComponentChildren;
};

/** The code of a message: its field, its time, and another message. */
export function SmsForm({ clock, message, proof, finish, look = 'primary', children }: Props) {
  const now = useServerTime(clock);
  const { typed, said, busy, answer } = proof;
  useSmsCode((code) => {
    proof.type(code);
    answer(code);
  }, message.reference);
  function submit(event: Event): void {
    event.preventDefault();
    answer(typed);
  }
  return (
    <form class="form" noValidate onSubmit={submit}>
      <SmsCode proof={proof} />
      <TimeLeft until={message.expiresAt} now={now} />
      <FormError text={said && said.at !== 'code' ? said.text : undefined} />
      <Button type="submit" wide size="xlarge" look={look} busy={busy} disabled={now >= message.expiresAt}>
        {finish}
      </Button>
      <div class="side-by-side">
        <ResendButton at={message.resendAt} now={now} busy={busy} onClick={proof.again} />
        {children}
      </div>
    </form>
  );
}

function SmsCode({ proof: { typed, type, said, field } }: { readonly proof: Proof }) {
  const { t } = useTexts();
  const error = said?.at === 'code' ? said.text : undefined;
  return <CodeField label={t('proof-code')} value={typed} onInput={type} error={error} inputRef={field} />;
}
