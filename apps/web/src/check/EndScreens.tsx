import { Button } from '../common/Button.tsx';
import { End } from '../common/End.tsx';
import { useNow } from '../common/use-now.ts';
import { spokenTime } from './durations.ts';
import type { Host } from './host.ts';
import type { Screen } from './state.ts';
import { useTexts } from './texts.ts';

export function Loading() {
  return (
    <p class="loading" role="status">
      {useTexts()('page.loading')}
    </p>
  );
}

type OverProps = { readonly screen: Extract<Screen, { kind: 'over' }>; readonly host: Host | null };

export function Over({ screen, host }: OverProps) {
  const t = useTexts();
  const institution = screen.state?.institution.name ?? t('end.institution');
  const kind = screen.status === 'passed' ? 'done' : 'expired';
  return (
    <End mark={kind === 'done' ? 'done' : 'time'} title={t(`${kind}.title`)}>
      <p>{t(`${kind}.text`, { institution })}</p>
      {host && (
        <Button onClick={() => host.say({ type: 'motp:left', code: 'expired' })}>{t('end.close')}</Button>
      )}
    </End>
  );
}

export function Unknown() {
  const t = useTexts();
  return (
    <End mark="stop" title={t('unknown.title')}>
      <p>{t('unknown.text')}</p>
    </End>
  );
}

type UnreachableProps = { readonly until: number; readonly retry: () => void };

export function Unreachable({ until, retry }: UnreachableProps) {
  const t = useTexts();
  const left = until - useNow();
  return (
    <End mark="stop" title={t('unreachable.title')}>
      <p>{t('unreachable.text')}</p>
      {left > 0 && <p aria-hidden="true">{t('next.wait', { time: spokenTime(left, t) })}</p>}
      <Button onClick={retry} busy={left > 0}>
        {t('unreachable.retry')}
      </Button>
    </End>
  );
}
