import '../common/page.ts';
import './check.css';
import { render } from 'preact';
import { loadRareGlyphs } from '../common/page.ts';
import { CheckPage } from './CheckPage.tsx';

const root = document.getElementById('app');
// `/check/{token}`: the token in the address is the only credential, and nothing else of the address is kept.
const address = location.pathname.replace(/\/$/, '');
if (root) render(<CheckPage address={address} />, root);
loadRareGlyphs();
