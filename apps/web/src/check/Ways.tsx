import { useEffect, useRef } from 'preact/hooks';
import { Button } from '../common/Button.tsx';
import { useNow } from '../common/use-now.ts';
import { refusalShown, waysOf } from './identity.ts';
import { newsText } from './identity-text.ts';
import type { OpenScreen } from './state.ts';
import { useTexts } from './texts.ts';
import type { Identity } from './use-identity.ts';

type Props = { readonly screen: OpenScreen; readonly identity: Identity };

/** Quietly below 인증하기: how to pass without the app (C-6). */
export function SecondWays(props: Props) {
  const t = useTexts();
  if (waysOf(props.screen.state).length === 0) return null;
  return (
    <section class="ways" aria-labelledby="ways-title">
      <h2 id="ways-title">{t('way.title')}</h2>
      <News {...props} />
      <WayButtons {...props} look="tertiary" />
    </section>
  );
}

/** Where the code leads nowhere: the same as the way out. */
export function FirstWays(props: Props) {
  return (
    <>
      <News {...props} />
      <WayButtons {...props} look="primary" />
    </>
  );
}

type ButtonsProps = Props & { readonly look: 'primary' | 'tertiary' };

function WayButtons({ screen, identity, look }: ButtonsProps) {
  const t = useTexts();
  const { phase, start } = identity;
  const busy = phase.kind === 'starting';
  return (
    <div class="way-buttons">
      {waysOf(screen.state).map((method) => (
        <Button key={method} look={look} busy={busy} onClick={() => start(method, t('way.starting'))}>
          {t(`way.${method}`)}
        </Button>
      ))}
    </div>
  );
}

/** How the latest one ended. It takes the focus when it comes, so that it is read out and seen. */
function News({ screen, identity }: Props) {
  const { phase } = identity;
  const refusal = refusalShown(phase, screen.state);
  const t = useTexts();
  const now = useNow('trouble' in phase);
  const text = useRef<HTMLParagraphElement>(null);
  // The same refusal comes with every look at the state, and the words of a trouble change with the time.
  const told = [phase, refusal?.reason, refusal?.field];
  useEffect(() => text.current?.focus(), told);
  const words = newsText(phase, refusal, screen.state, now, t);
  if (words === undefined) return null;
  return (
    <>
      <p class="identity-news" ref={text} tabIndex={-1}>
        {words}
      </p>
      {phase.kind === 'blocked' && (
        <a class="krds-btn secondary large" href={location.pathname} target="_blank" rel="noopener">
          {t('identity.elsewhere')}
        </a>
      )}
    </>
  );
}
