export interface NewInstitution {
  id: string;
  name: string;
  /** Web origins of the institution's pages, `https://lms.example`. */
  origins: string[];
  helpPhone?: string;
  helpUrl?: string;
}

export type ParsedInstitution =
  | { kind: 'parsed'; institution: NewInstitution }
  | { kind: 'refused'; problems: string[] };

/** Every fault at once, each a sentence. Plain http is for loopback only. */
export function parseInstitution(input: NewInstitution): ParsedInstitution {
  const problems: string[] = [];
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(input.id)) {
    problems.push('--id takes 1 to 64 letters, digits, dots, hyphens and underscores');
  }
  const name = input.name.trim();
  if (name.length === 0 || name.length > 200) problems.push('--name takes 1 to 200 characters');
  if (input.origins.length === 0) problems.push('--origin is needed at least once');
  const origins = input.origins.map((text) => parseOrigin(text));
  origins.forEach((origin, index) => {
    if (origin === undefined)
      problems.push(`--origin ${index + 1} must be https://HOST[:PORT] without a path`);
  });
  if (input.helpUrl !== undefined && !/^https?:\/\//.test(input.helpUrl)) {
    problems.push('--help-url must be an http(s) address');
  }
  if (problems.length > 0) return { kind: 'refused', problems };
  const known = origins.filter((origin) => origin !== undefined);
  return { kind: 'parsed', institution: { ...input, name, origins: [...new Set(known)] } };
}

/** @returns the origin as a browser writes it (RFC 6454), or undefined */
export function parseOrigin(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const bare = url.pathname === '/' && !url.search && !url.hash && !url.username && !url.password;
  return bare && isTrustedScheme(url) ? url.origin : undefined;
}

const isTrustedScheme = (url: URL): boolean =>
  url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname));

/** `localhost`, 127.0.0.0/8 and ::1: what never leaves this machine. */
export function isLoopback(hostname: string): boolean {
  const bare = hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  return (
    bare === 'localhost' || bare.endsWith('.localhost') || bare === '::1' || /^127(\.\d{1,3}){3}$/.test(bare)
  );
}

/**
 * `returnUrl` is https on a registered origin; loopback http only in demo mode. @returns whether it may be used
 */
export function isReturnUrl(text: string, origins: readonly string[], demo: boolean): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  if (url.username || url.password || !origins.includes(url.origin)) return false;
  return url.protocol === 'https:' || (demo && url.protocol === 'http:' && isLoopback(url.hostname));
}
