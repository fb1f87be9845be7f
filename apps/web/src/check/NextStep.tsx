import { secondsLeft } from '@motp/otp';
import type { ComponentChildren } from 'preact';
import { Button } from '../common/Button.tsx';
import { useNow } from '../common/use-now.ts';
import { spokenTime } from './durations.ts';
import { waysOf } from './identity.ts';
import { waysText } from './identity-text.ts';
import type { Notice, OpenScreen } from './state.ts';
import { useTexts } from './texts.ts';
import type { TextKey } from './texts-ko.ts';
import type { Check } from './use-check.ts';
import type { Identity } from './use-identity.ts';
import { FirstWays } from './Ways.tsx';

type Props = { readonly screen: OpenScreen; readonly check: Check; readonly identity: Identity };
type Refused = Extract<Notice, { kind: 'refused' }>;
type Step = (props: Props & { readonly refused: Refused }) => ComponentChildren;

const steps: Readonly<Record<Refused['reason'], Step>> = {
  'wrong-code': ({ refused, ...props }) => (refused.triesLeft === 0 ? <Locked {...props} /> : null),
  'code-used': ({ screen }) => <NewCode screen={screen} />,
  'code-too-old': () => null,
  'clock-off': ({ refused, ...props }) => (refused.triesLeft === 0 ? <Locked {...props} /> : <Clock />),
  'not-registered': (props) => <Register {...props} />,
  'name-differs': (props) => <Differs field="name" value={props.refused.registeredName} {...props} />,
  'phone-differs': (props) => <Differs field="phone" value={props.refused.registeredPhone} {...props} />,
  locked: (props) => <Locked {...props} />,
};

/** What to do after a refusal, below the field (C-4). */
export function NextStep(props: Props) {
  const { notice, state } = props.screen;
  const step = stepAfter(notice, state.locked, props);
  return step === null ? null : <div class="next-step">{step}</div>;
}

function stepAfter(notice: Notice | null, locked: boolean, props: Props): ComponentChildren {
  if (notice?.kind === 'outcome-unknown') return <AskAgain {...props} />;
  if (locked) return <Locked {...props} />;
  if (notice?.kind === 'refused') return steps[notice.reason]({ ...props, refused: notice });
  return notice !== null && 'until' in notice ? <Wait until={notice.until} /> : null;
}

/** Seconds are for the eye alone: a screen reader would have to say every one of them. */
function NewCode({ screen }: Pick<Props, 'screen'>) {
  const t = useTexts();
  const seconds = secondsLeft(useNow() + screen.clockOffset);
  return (
    <p class="digits" aria-hidden="true">
      {t('next.new-code-in', { seconds })}
    </p>
  );
}

function Wait({ until }: { readonly until: number }) {
  const t = useTexts();
  const left = until - useNow();
  return left > 0 ? <p aria-hidden="true">{t('next.wait', { time: spokenTime(left, t) })}</p> : null;
}

function AskAgain({ check }: Props) {
  const t = useTexts();
  return (
    <Button wide size="xlarge" onClick={check.reload}>
      {t('next.ask-again')}
    </Button>
  );
}

function Clock() {
  return <p>{useTexts()('next.clock')}</p>;
}

function Register(props: Props) {
  const t = useTexts();
  return (
    <>
      <a
        class="krds-btn secondary large"
        href={props.screen.state.install.url}
        target="_blank"
        rel="noopener"
      >
        {t('next.register')}
        <span class="sr-only">{t('code.new-tab')}</span>
      </a>
      <WayOut text="next.not-registered-ways" {...props} />
    </>
  );
}

type WayOutProps = Pick<Props, 'screen' | 'identity'> & { readonly text: TextKey };

/** C-6: 휴대폰 and 아이핀, where this check has them. */
function WayOut({ text, screen, identity }: WayOutProps) {
  const t = useTexts();
  const ways = waysOf(screen.state);
  if (ways.length === 0) return null;
  return (
    <>
      <p>{t(text, { ways: waysText(ways, t) })}</p>
      <FirstWays screen={screen} identity={identity} />
    </>
  );
}

type DiffersProps = Props & { readonly field: 'name' | 'phone'; readonly value: string | undefined };

function Differs({ field, value, screen, identity }: DiffersProps) {
  const t = useTexts();
  return (
    <>
      {value && (
        <p>
          {t(`next.registered-${field}`)} <b class="digits">{value}</b>
        </p>
      )}
      <p>{t(`next.${field}-differs`, { institution: screen.state.institution.name })}</p>
      <WayOut text="next.differs-ways" screen={screen} identity={identity} />
      <Contact screen={screen} />
    </>
  );
}

function Locked({ screen, identity }: Props) {
  return (
    <>
      <WayOut text="next.locked-ways" screen={screen} identity={identity} />
      <p>{useTexts()('next.locked')}</p>
      <Contact screen={screen} />
    </>
  );
}

function Contact({ screen }: Pick<Props, 'screen'>) {
  const t = useTexts();
  const { help, institution } = screen.state;
  return (
    <p>
      {help.phone
        ? t('next.contact', { phone: help.phone })
        : t('next.contact-institution', { institution: institution.name })}
    </p>
  );
}
