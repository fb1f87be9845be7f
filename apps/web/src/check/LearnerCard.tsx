import { occasionText, readablePhone } from './learner-text.ts';
import type { CheckState } from './state.ts';
import { useTexts } from './texts.ts';

/** Whom the LMS asks about, and for what: as the LMS said it, so that a stranger's check is noticed. */
export function LearnerCard({ state }: { readonly state: CheckState }) {
  const t = useTexts();
  const rows = [
    ['card.name', state.learner.name],
    ['card.phone', readablePhone(state.learner.phone)],
    ['card.course', state.course.title],
    ['card.occasion', occasionText(state.occasion, t)],
  ] as const;
  return (
    <section class="learner" aria-label={t('card.title')}>
      <dl>
        {rows.map(([label, value]) => (
          <div key={label}>
            <dt>{t(label)}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
