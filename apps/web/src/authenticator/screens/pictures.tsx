import type { ComponentChildren } from 'preact';

/** The product's mark: a shield with a tick. Drawn here; nobody's logo. */
export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 24 24" aria-hidden="true">
      <path class="mark-shield" d="M12 1.8 20.5 5v6.2c0 5.2-3.5 9.2-8.5 11-5-1.8-8.5-5.8-8.5-11V5z" />
      <path class="mark-tick" d="m8 12 2.9 2.9L16.2 9.4" />
    </svg>
  );
}

const phone = <rect class="pic-body" x="38" y="14" width="44" height="80" rx="7" />;

const drawings = {
  offline: (
    <>
      {phone}
      <path class="pic-line" d="M49 52a16 16 0 0 1 22 0M54 58a9 9 0 0 1 12 0" />
      <circle class="pic-dot" cx="60" cy="65" r="2.5" />
      <path class="pic-bad" d="m46 42 28 28" />
    </>
  ),
  clock: (
    <>
      <circle class="pic-body" cx="60" cy="54" r="38" />
      <path class="pic-line" d="M60 30v24l15 10" />
      <path class="pic-good" d="m80 84 7 7 13-14" />
    </>
  ),
  phones: (
    <>
      <rect class="pic-body pic-faint" x="20" y="22" width="36" height="66" rx="6" />
      <rect class="pic-body" x="62" y="14" width="40" height="74" rx="6" />
      <path class="pic-good" d="m72 50 7 7 13-14" />
      <path class="pic-bad" d="m31 48 14 14m0-14L31 62" />
    </>
  ),
  lock: (
    <>
      <rect class="pic-body" x="32" y="46" width="56" height="46" rx="8" />
      <path class="pic-line" d="M42 46V34a18 18 0 0 1 36 0v12" />
      <circle class="pic-dot" cx="60" cy="66" r="4.5" />
      <path class="pic-line" d="M60 70v9" />
    </>
  ),
  empty: (
    <>
      {phone}
      <rect class="pic-dashed" x="47" y="34" width="26" height="34" rx="4" />
      <path class="pic-line" d="M55 84h10" />
    </>
  ),
  stop: (
    <>
      {phone}
      <circle class="pic-dot" cx="60" cy="66" r="3" />
      <path class="pic-bad" d="M60 38v18" />
      <path class="pic-line" d="M55 84h10" />
    </>
  ),
} satisfies Record<string, ComponentChildren>;

export type PictureName = keyof typeof drawings;

export function Picture({ of }: { readonly of: PictureName }) {
  return (
    <svg class="picture" viewBox="0 0 120 108" aria-hidden="true">
      {drawings[of]}
    </svg>
  );
}
