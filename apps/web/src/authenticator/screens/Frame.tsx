import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { useTexts } from '../texts.ts';
import { DemoStrip } from './DemoStrip.tsx';
import { Mark } from './pictures.tsx';

type Props = {
  readonly title: string;
  readonly children: ComponentChildren;
  /** The passcode and code screens show their name otherwise; the heading is for screen readers then. */
  readonly quietTitle?: boolean;
  readonly notice?: string | undefined;
  readonly class?: string;
};

/** Every screen: the product's name, one heading that takes the focus when the screen comes, the content. */
export function Frame({ title, children, quietTitle = false, notice, class: name = '' }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  const { t, locale } = useTexts();
  const drawnIn = useRef(locale);
  useEffect(() => {
    // The same screen in another language: whoever chose it stays on the button.
    const translated = drawnIn.current !== locale;
    drawnIn.current = locale;
    if (translated) return;
    heading.current?.focus({ preventScroll: true });
    scrollTo(0, 0);
  }, [title, locale]);
  return (
    <div class="page">
      <header class="brand">
        <Mark />
        <span>{t('product')}</span>
      </header>
      <main class={`screen ${name}`}>
        <h1 ref={heading} tabIndex={-1} class={quietTitle ? 'sr-only' : 'screen-title'}>
          {title}
        </h1>
        <p class={notice ? 'notice' : 'no-error'} role="status">
          {notice}
        </p>
        {children}
      </main>
      <DemoStrip />
    </div>
  );
}
