import { useEffect, useState } from 'preact/hooks';
import { Button } from '../common/Button.tsx';
import { End } from '../common/End.tsx';
import { preferredLocale } from '../common/translator.ts';
import { CarrierStep } from './CarrierStep.tsx';
import { CodeStep } from './CodeStep.tsx';
import { IpinStep } from './IpinStep.tsx';
import { PersonStep } from './PersonStep.tsx';
import { Tools } from './Tools.tsx';
import { LanguageProvider, translator, useTexts } from './texts.ts';
import { type Typed, untyped } from './typed.ts';
import { type DemoWindow, useWindow } from './use-window.ts';

export function SimulatorWindow({ address }: { readonly address: string }) {
  const window = useWindow(address);
  const { view } = window.screen;
  const locale = view?.locale ?? preferredLocale();
  const t = translator(locale);
  useEffect(() => {
    document.documentElement.lang = locale;
    document.title = t('page.demo');
  }, [locale]);
  return (
    <LanguageProvider value={t}>
      <div class="sim">
        <header>
          <p class="sim-tape">
            <strong>{t('page.demo')}</strong>
          </p>
          <div class="sim-header">
            <p>{t('page.brand')}</p>
            <h1>{t(view?.method === 'ipin' ? 'page.ipin' : 'page.phone')}</h1>
          </div>
        </header>
        <main class="sim-main">
          <Content window={window} />
        </main>
        <footer class="sim-foot">
          {isOpen(window) && <Tools window={window} />}
          <p class="sim-not-real">{t('page.not-real')}</p>
        </footer>
      </div>
    </LanguageProvider>
  );
}

const isOpen = ({ screen }: DemoWindow): boolean =>
  ['carrier', 'person', 'code', 'ipin'].includes(screen.stage);

function Content({ window }: { readonly window: DemoWindow }) {
  const { stage, view } = window.screen;
  // What was typed outlives the steps, so that going back loses nothing.
  const [typed, setTyped] = useState<Typed>(untyped);
  useEffect(() => {
    if (view) setTyped((before) => ({ ...before, ...view.person }));
  }, [view]);
  const props = { window, typed, onTyped: (part: Partial<Typed>) => setTyped({ ...typed, ...part }) };
  switch (stage) {
    case 'carrier':
      return <CarrierStep {...props} />;
    case 'person':
      return <PersonStep {...props} />;
    case 'code':
      return <CodeStep {...props} />;
    case 'ipin':
      return <IpinStep {...props} />;
    default:
      return <Still window={window} stage={stage} />;
  }
}

type StillProps = {
  readonly window: DemoWindow;
  readonly stage: 'loading' | 'leaving' | 'gone' | 'unreachable';
};

/** Nothing to fill in: on the way, or at the end. */
function Still({ window, stage }: StillProps) {
  const t = useTexts();
  if (stage === 'loading' || stage === 'leaving') {
    return (
      <p class="sim-still" role="status">
        {t(`page.${stage}`)}
      </p>
    );
  }
  return (
    <End mark="stop" title={t(`${stage}.title`)}>
      <p>{t(stage === 'gone' ? 'gone.text' : 'error.unreachable')}</p>
      {stage === 'unreachable' && <Button onClick={window.load}>{t('unreachable.retry')}</Button>}
    </End>
  );
}
