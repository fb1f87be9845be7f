/** Chromium's offer to install (not in TypeScript's DOM library). */
export type InstallOffer = Event & { prompt(): Promise<unknown> };

export type Platform = {
  /** An iPhone or iPad outside an installed app: registering here would be lost on installing (FACTS §5). */
  readonly iosTab: boolean;
  readonly installed: boolean;
};

export function readPlatform(): Platform {
  const { userAgent, maxTouchPoints } = navigator;
  // iPadOS calls itself a Mac; only the touch screen tells.
  const ios = /iPhone|iPad|iPod/.test(userAgent) || (/Macintosh/.test(userAgent) && maxTouchPoints > 1);
  const installed =
    matchMedia('(display-mode: standalone)').matches ||
    ('standalone' in navigator && navigator.standalone === true) ||
    new URLSearchParams(location.search).get('source') === 'installed';
  return { iosTab: ios && !installed, installed };
}

let offer: InstallOffer | undefined;
const waiting = new Set<(offer: InstallOffer | undefined) => void>();

/** Called at the start: the event comes once, often before any screen is there to show the button. */
export function listenForInstallOffer(): void {
  addEventListener('beforeinstallprompt', (event) => {
    event.preventDefault();
    tell(event as InstallOffer);
  });
  addEventListener('appinstalled', () => tell(undefined));
}

function tell(next: InstallOffer | undefined): void {
  offer = next;
  for (const listener of waiting) listener(next);
}

export function onInstallOffer(listener: (offer: InstallOffer | undefined) => void): () => void {
  listener(offer);
  waiting.add(listener);
  return () => waiting.delete(listener);
}

/** WebOTP (Chromium on Android): the code of a message that names this origin; undefined where there is none. */
export async function readSmsCode(signal: AbortSignal): Promise<string | undefined> {
  if (!('OTPCredential' in globalThis)) return undefined;
  const options = { otp: { transport: ['sms'] }, signal } as CredentialRequestOptions;
  const credential = await navigator.credentials.get(options).catch(() => null);
  return credential && 'code' in credential ? String(credential.code) : undefined;
}

/** Asked before registering; the answer changes nothing, a refusal only makes eviction more likely. */
export async function askForPersistence(): Promise<void> {
  await navigator.storage?.persist?.().catch(() => false);
}
