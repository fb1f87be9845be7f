import type { Show } from './show.ts';

// A constructed sheet in a shadow root: neither the LMS's styles nor its CSP (style-src) reach it. Only its font is
// inherited, which is the one that has its learners' letters.
const style = `
dialog { box-sizing: border-box; flex-direction: column; width: min(60rem, 100vw - 2rem); max-width: none;
  height: fit-content; max-height: calc(100vh - 2rem); max-height: calc(100dvh - 2rem); margin: auto;
  padding: 0; overflow: hidden; border: 1px solid #8e98a8; border-radius: 12px; background: #fff; color: #1e2124 }
dialog[open] { display: flex }
dialog::backdrop { background: rgb(0 0 0 / 60%) }
header { display: flex; flex: none; align-items: center; justify-content: space-between; min-height: 44px;
  padding: 4px 6px 4px 24px; border-bottom: 1px solid #cdd1d5; font-weight: 700; font-size: 17px; line-height: 1.5 }
button { width: 44px; height: 44px; padding: 0; border: 0; border-radius: 6px; background: none; color: inherit;
  font: inherit; font-weight: 400; font-size: 30px; line-height: 1; cursor: pointer }
button:hover { background: rgb(128 128 128 / 20%) }
button:focus-visible { outline: 3px solid #256ef4; outline-offset: -3px }
iframe { display: block; flex: 0 1 auto; width: 100%; height: 640px; min-height: 0; border: 0 }
@media (max-width: 640px) {
  dialog { width: 100vw; height: 100vh; height: 100dvh; max-height: none; border: 0; border-radius: 0 }
  iframe { flex: 1; height: auto !important }
}
@media (prefers-color-scheme: dark) {
  dialog { border-color: #58616a; background: #1e2124; color: #fff }
  header { border-color: #464c53 }
}`;

const texts = {
  ko: { title: '본인인증', close: '본인인증 닫기' },
  en: { title: 'Identity check', close: 'Close the identity check' },
};

/** Shows the check page in a frame inside a modal dialog; the browser gives the focus back at the end. */
export const openDialog: Show = (url, left) => {
  const text = document.documentElement.lang.startsWith('en') ? texts.en : texts.ko;
  const [host, dialog, frame] = [make('div'), make('dialog'), make('iframe')];
  let loaded = false;
  frame.src = url;
  frame.title = text.title;
  frame.onload = () => {
    loaded = true;
  };
  dialog.setAttribute('aria-label', text.title);
  dialog.oncancel = (event) => {
    event.preventDefault();
    left('closed');
  };
  dialog.append(
    makeHeader(text, () => left('closed')),
    frame,
  );
  attachStyled(host).append(dialog);
  document.body.append(host);
  dialog.showModal();
  frame.focus();
  return {
    // Until it has loaded, the frame still has another origin and a greeting would only be an error.
    page: () => (loaded ? frame.contentWindow : null),
    fit: (height) => {
      frame.style.height = `${Math.ceil(height)}px`;
    },
    close: () => {
      dialog.close();
      host.remove();
    },
  };
};

function makeHeader(text: (typeof texts)['ko'], close: () => void): HTMLElement {
  const [header, title, button] = [make('header'), make('span'), make('button')];
  title.textContent = text.title;
  button.type = 'button';
  button.textContent = '×';
  button.setAttribute('aria-label', text.close);
  button.onclick = close;
  header.append(title, button);
  return header;
}

function make<Name extends keyof HTMLElementTagNameMap>(name: Name): HTMLElementTagNameMap[Name] {
  return document.createElement(name);
}

function attachStyled(host: HTMLElement): ShadowRoot {
  const root = host.attachShadow({ mode: 'open' });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(style);
  root.adoptedStyleSheets = [sheet];
  return root;
}
