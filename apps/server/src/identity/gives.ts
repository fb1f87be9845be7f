import type { IdentityMethod } from '@motp/protocol';
import type { NiceSettings, OidcSettings, ProviderSettings } from '../provider-settings.ts';
import type { Gives } from './provider.ts';

/** Only the phone check is about a number; what else a contract names may give none. */
export const givenByNice = ({ services }: NiceSettings): Gives => ({
  phone: services.includes('M'),
  birthDate: true,
  di: true,
});

export const givenByOidc = ({ claims }: OidcSettings): Gives => ({
  phone: claims.phone !== undefined,
  birthDate: claims.birthDate !== undefined,
  di: claims.di !== undefined,
});

export const givenBySimulator = (method: IdentityMethod): Gives => ({
  phone: method === 'phone',
  birthDate: true,
  di: true,
});

/** What the provider of a method will say of a person, as its settings tell before anybody asks it (C-6). */
export function givesOf(settings: ProviderSettings, method: IdentityMethod): Gives {
  switch (settings.kind) {
    case 'none':
      return { phone: false, birthDate: false, di: false };
    case 'simulator':
      return givenBySimulator(method);
    case 'portone':
      return settings.gives;
    case 'nice':
      return givenByNice(settings);
    case 'oidc':
      return givenByOidc(settings);
  }
}
