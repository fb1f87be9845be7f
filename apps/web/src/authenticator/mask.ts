/** 홍길동 → 홍*동, 김철 → 김*. What is masked already stays as it is. */
export function maskName(name: string): string {
  const letters = Array.from(name.normalize('NFC').trim());
  if (letters.length <= 2) return `${letters[0] ?? ''}*`;
  return [letters[0], ...letters.slice(1, -1).map(() => '*'), letters.at(-1)].join('');
}

/** +821012345678 or 010-1234-5678 → 010-****-5678 */
export function maskPhone(phone: string): string {
  if (phone.includes('*')) return phone;
  const national = phone.normalize('NFKC').replace(/\D/g, '').replace(/^82/, '0');
  return `${national.slice(0, 3)}-****-${national.slice(-4)}`;
}
