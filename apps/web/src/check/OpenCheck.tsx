import { useEffect } from 'preact/hooks';
import { CodeForm } from './CodeForm.tsx';
import { Demo } from './Demo.tsx';
import { Guide, Install } from './Guide.tsx';
import { Help } from './Help.tsx';
import { LearnerCard } from './LearnerCard.tsx';
import type { OpenScreen } from './state.ts';
import type { Check } from './use-check.ts';
import { useNow } from './use-now.ts';

type Props = { readonly screen: OpenScreen; readonly check: Check };

/** The form comes first in the document and on a phone; a wide page shows the guide to its left. */
export function OpenCheck({ screen, check }: Props) {
  const { state, deadline, notice } = screen;
  const over = useNow() >= deadline;
  useEffect(() => {
    // The server's clock decides; the check may have been extended, or passed elsewhere.
    if (over) check.reload();
  }, [over]);
  return (
    <>
      <div class="check-columns">
        <div class="check-form">
          <LearnerCard state={state} />
          <CodeForm screen={screen} check={check} />
        </div>
        <div class="check-guide">
          <Guide />
          <Install install={state.install} needed={!state.registered && notice === null} />
          {state.demo && <Demo demo={state.demo} />}
        </div>
      </div>
      <Help help={state.help} />
    </>
  );
}
