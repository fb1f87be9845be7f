import { useState } from 'preact/hooks';
import { Button } from '../../common/Button.tsx';
import { changePhone, forgetChange, provePhone, resendToPhone } from '../device.ts';
import { endsPending, needsIdentity, type Said, say } from '../refusals.ts';
import type { Changing, MaskedLearner } from '../store.ts';
import { useTexts } from '../texts.ts';
import { useProof } from '../use-proof.ts';
import type { World } from '../world.ts';
import { Frame } from './Frame.tsx';
import { NumberForm } from './NumberForm.tsx';
import { MessageCard } from './ProofParts.tsx';
import { SmsForm } from './SmsForm.tsx';

type Props = {
  readonly world: World;
  readonly learner: MaskedLearner;
  /** A change whose message was on its way when the app was left. */
  readonly changing: Changing | undefined;
  readonly onChanged: () => Promise<void>;
  readonly onBack: () => void;
};

/** Another number for this app, proved as at registration (SPEC R-9). */
export function PhoneScreen({ world, learner, changing: resumed, onChanged, onBack }: Props) {
  const { locale } = useTexts();
  const [changing, setChanging] = useState(resumed);
  const [said, setSaid] = useState<Said>();
  const { t } = useTexts();

  async function send(phone: string): Promise<void> {
    const result = await changePhone(world, phone, locale);
    if (result.kind === 'changing') return setChanging(result.changing);
    setSaid(say(t, result));
  }
  async function again(why?: Said): Promise<void> {
    await forgetChange(world);
    setSaid(why);
    setChanging(undefined);
  }

  if (!changing) {
    const typing = () => setSaid(undefined);
    return <NumberForm learner={learner} said={said} onTyping={typing} onSend={send} onBack={onBack} />;
  }
  return (
    <NewNumber
      world={world}
      changing={changing}
      onChanging={setChanging}
      onChanged={onChanged}
      onAgain={again}
    />
  );
}

type NewNumberProps = Pick<Props, 'world' | 'onChanged'> & {
  readonly changing: Changing;
  readonly onChanging: (changing: Changing) => void;
  readonly onAgain: (said?: Said) => Promise<void>;
};

function NewNumber({ world, changing, onChanging, onChanged, onAgain }: NewNumberProps) {
  const { t } = useTexts();
  const proof = useProof({
    async prove(code) {
      const result = await provePhone(world, changing, code);
      if (result.kind !== 'registered') return result;
      await onChanged();
      return undefined;
    },
    async resend() {
      const result = await resendToPhone(world, changing);
      if (result.kind !== 'changing') return result;
      onChanging(result.changing);
      return undefined;
    },
    refused: (refusal, said) => void ((endsPending(refusal) || needsIdentity(refusal)) && onAgain(said)),
  });
  return (
    <Frame title={t('proof-title')} notice={proof.sentAgain ? t('proof-resent') : undefined}>
      <MessageCard phone={changing.phone} reference={changing.reference} />
      <SmsForm clock={world.clock} message={changing} proof={proof} finish={t('change-phone-finish')}>
        <Button look="text" onClick={() => onAgain()}>
          {t('change-phone-other')}
        </Button>
      </SmsForm>
    </Frame>
  );
}
