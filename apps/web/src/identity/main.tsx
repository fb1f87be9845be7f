import '../common/page.ts';
import './identity.css';
import { type ComponentChildren, render } from 'preact';
import { type KeptAttempt, keepAttempt, keptAttempt } from '../common/identity-handover.ts';
import { loadRareGlyphs } from '../common/page.ts';
import { GoPage } from './GoPage.tsx';
import { type GoHere, ownOrigins } from './handover.ts';
import { ReturnPage, Stranger } from './ReturnPage.tsx';
import { attemptOf, parametersOf } from './return.ts';
import { InWindow } from './words.tsx';

const session = (): Storage => sessionStorage;

const opened: GoHere = {
  opener: window.opener,
  listen(listener) {
    addEventListener('message', listener);
    return () => removeEventListener('message', listener);
  },
  every(ms, look) {
    const timer = setInterval(look, ms);
    return () => clearInterval(timer);
  },
};

/** What the provider appended leaves the address bar before anything else; reloading finds it in the session. */
function takeReturned(): KeptAttempt | undefined {
  const { pathname, search } = location;
  history.replaceState(null, '', pathname);
  const kept = keptAttempt(session, attemptOf(pathname));
  if (kept === undefined || search === '') return kept;
  const returned = { ...kept, parameters: parametersOf(search) };
  keepAttempt(session, returned);
  return returned;
}

function page(): ComponentChildren {
  if (location.pathname === '/identity/go') {
    const app = document.querySelector<HTMLMetaElement>('meta[name="motp-app-origin"]')?.content;
    return <InWindow page={<GoPage origins={ownOrigins(location.origin, app)} here={opened} />} />;
  }
  const kept = takeReturned();
  return <InWindow lang={kept?.lang} page={kept ? <ReturnPage kept={kept} /> : <Stranger />} />;
}

const root = document.getElementById('app');
if (root) render(page(), root);
loadRareGlyphs();
