/** What went wrong with the whole form, above its button; the region is there before the text, so it is announced. */
export function FormError({ text }: { readonly text: string | undefined }) {
  return (
    <p class={text ? 'form-error' : 'no-error'} role="alert">
      {text}
    </p>
  );
}
