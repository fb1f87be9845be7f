import '../common/page.ts';
import '../identity/identity.css';
import { render } from 'preact';
import { keptAttempt } from '../common/identity-handover.ts';
import { loadRareGlyphs } from '../common/page.ts';
import { Stranger } from '../identity/ReturnPage.tsx';
import { InWindow } from '../identity/words.tsx';
import { PortOnePage } from './PortOnePage.tsx';

// The script of somebody else is loaded only for an attempt that this tab started.
const kept = keptAttempt(() => sessionStorage, location.hash.slice(1));
const root = document.getElementById('app');
const page = kept?.sdk ? <PortOnePage kept={{ ...kept, sdk: kept.sdk }} /> : <Stranger />;
if (root) render(<InWindow lang={kept?.lang} page={page} />, root);
loadRareGlyphs();
