import 'virtual:krds.css';
import 'virtual:pretendard.css';
import './styles.css';

/** The faces of syllables that no text of ours uses (names, courses) come after the first picture. */
export function loadRareGlyphs(): void {
  requestAnimationFrame(() => setTimeout(() => import('virtual:pretendard-rest.css').catch(() => undefined)));
}
