import '../common/page.ts';
import './authenticator.css';
import './registration.css';
import './passcode-and-code.css';
import './states.css';
import { render } from 'preact';
import { loadRareGlyphs } from '../common/page.ts';
import { App } from './App.tsx';
import { listenForInstallOffer } from './platform.ts';

const root = document.getElementById('app');
if (!root) throw new Error('The page has no #app');

listenForInstallOffer();
render(<App />, root);
loadRareGlyphs();

// The file lies at the root and serves /app/ alone (build/service-worker.ts). Without it the app needs a network.
if (import.meta.env.PROD)
  navigator.serviceWorker?.register('/sw.js', { scope: '/app/' }).catch(() => undefined);
