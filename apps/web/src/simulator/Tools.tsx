import { Button } from '../common/Button.tsx';
import { useTexts } from './texts.ts';
import type { DemoWindow } from './use-window.ts';

/** What no real window has: ways to see the troubles. */
export function Tools({ window }: { readonly window: DemoWindow }) {
  const t = useTexts();
  return (
    <section class="sim-tools">
      <h2>{t('tools.title')}</h2>
      <p>{t('tools.text')}</p>
      <div class="sim-tool-row">
        <Button look="text" size="medium" busy={window.busy} onClick={() => window.end('failed')}>
          {t('tools.fail')}
        </Button>
        <Button look="text" size="medium" busy={window.busy} onClick={() => window.end('hanging')}>
          {t('tools.hang')}
        </Button>
      </div>
    </section>
  );
}
