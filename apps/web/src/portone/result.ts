/** Where the browser goes with what the provider’s script answered: the members that its redirect would append. */
export function returnAddress(attempt: string, response: object): string {
  const members = Object.entries(response).filter(
    (member): member is [string, string] => typeof member[1] === 'string',
  );
  return `/identity/return/${attempt}?${new URLSearchParams(members)}`;
}
