import '../common/page.ts';
import './simulator.css';
import { render } from 'preact';
import { loadRareGlyphs } from '../common/page.ts';
import { SimulatorWindow } from './SimulatorWindow.tsx';

const root = document.getElementById('app');
// `/demo/identity/{reference}`: the address names the window of the demo's provider.
const address = location.pathname.replace(/\/$/, '');
if (root) render(<SimulatorWindow address={address} />, root);
loadRareGlyphs();
