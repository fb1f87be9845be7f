import { useEffect } from 'preact/hooks';
import { useNow } from '../common/use-now.ts';
import { CodeForm } from './CodeForm.tsx';
import { Demo } from './Demo.tsx';
import { Guide, Install } from './Guide.tsx';
import { Help } from './Help.tsx';
import { IdentityPanel } from './IdentityPanel.tsx';
import { LearnerCard } from './LearnerCard.tsx';
import { Limits } from './Limits.tsx';
import { Replaced } from './Replaced.tsx';
import type { OpenScreen } from './state.ts';
import type { Check } from './use-check.ts';
import { useIdentity } from './use-identity.ts';

type Props = { readonly screen: OpenScreen; readonly check: Check };

/** The form comes first in the document and on a phone; a wide page shows the guide to its left. */
export function OpenCheck({ screen, check }: Props) {
  const { state, deadline, notice } = screen;
  const now = useNow();
  const over = now >= deadline;
  const identity = useIdentity(check, screen);
  const { phase } = identity;
  useEffect(() => {
    // The server's clock decides; the check may have been extended, or passed elsewhere.
    if (over) check.reload();
  }, [over]);
  return (
    <>
      <div class="check-columns">
        <div class="check-form">
          <LearnerCard state={state} />
          {state.replaced && <Replaced replaced={state.replaced} institution={state.institution} />}
          {phase.kind === 'under-way' ? (
            <>
              <IdentityPanel method={phase.method} identity={identity} />
              <Limits screen={screen} now={now} />
            </>
          ) : (
            <CodeForm screen={screen} check={check} identity={identity} />
          )}
        </div>
        <div class="check-guide">
          <Guide />
          <Install install={state.install} needed={!state.registered && notice === null} />
          {state.demo && <Demo demo={state.demo} />}
        </div>
      </div>
      <Help state={state} />
    </>
  );
}
