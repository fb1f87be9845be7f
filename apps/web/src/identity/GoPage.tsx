import { useEffect, useState } from 'preact/hooks';
import { End } from '../common/End.tsx';
import { addressOf, keepAttempt } from '../common/identity-handover.ts';
import { awaitHandover, type GoHere } from './handover.ts';
import { useTexts } from './texts.ts';
import { Waiting } from './words.tsx';

/** After so long the opener is not going to answer any more. */
const SILENCE_MS = 10_000;

type Props = { readonly origins: readonly string[]; readonly here: GoHere };

/** Takes the attempt from the page that opened this window, keeps it in the tab and goes to the provider. */
export function GoPage({ origins, here }: Props) {
  const [isSilent, setSilent] = useState(false);
  useEffect(() => {
    const stop = awaitHandover(here, origins, ({ handover, opener }) => {
      const isKept = keepAttempt(() => sessionStorage, { ...handover, opener });
      if (isKept) location.replace(addressOf(handover));
      else setSilent(true);
    });
    const timer = setTimeout(() => setSilent(true), SILENCE_MS);
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, []);
  if (here.opener === null) return <Stopped why="alone" />;
  return isSilent ? <Stopped why="silent" /> : <Waiting title="go.title" text="go.text" />;
}

function Stopped({ why }: { readonly why: 'alone' | 'silent' }) {
  const t = useTexts();
  return (
    <End level="h1" mark="stop" title={t(`${why}.title`)}>
      <p>{t(`${why}.text`)}</p>
    </End>
  );
}
