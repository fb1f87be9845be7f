import type { IdentityMethod } from '@motp/protocol';
import type { IdentitySettings, ProviderSettings } from '../provider-settings.ts';
import type { World } from '../world.ts';
import { type IdentityProvider, type IdentityProviders, ProviderUnavailableError } from './provider.ts';
import { nice } from './providers/nice.ts';
import { oidc } from './providers/oidc.ts';
import { portone } from './providers/portone.ts';

export interface ProviderSurroundings {
  world: World;
  publicUrl: string;
  /** Demo mode's window; a method that is set to it is not offered without it. */
  simulator?: { provider(method: IdentityMethod): IdentityProvider } | undefined;
  /** Is told of every call that brought nothing; `why` is a word, never a value. */
  unavailable?(fault: { provider: string; method: IdentityMethod; why: string }): void;
  /** How long one request may take. */
  timeoutMs?: number;
}

const TIMEOUT_MS = 10_000;

/** Makes the providers that the settings name. Nothing is asked of them before somebody needs them. */
export function openProviders(
  settings: IdentitySettings,
  surroundings: ProviderSurroundings,
): IdentityProviders {
  const open = (method: IdentityMethod): IdentityProviders => {
    const provider = openProvider(settings[method], method, surroundings);
    return provider ? { [method]: telling(provider, method, surroundings) } : {};
  };
  return { ...open('phone'), ...open('ipin') };
}

function openProvider(
  settings: ProviderSettings,
  method: IdentityMethod,
  { world, publicUrl, simulator, timeoutMs = TIMEOUT_MS }: ProviderSurroundings,
): IdentityProvider | undefined {
  switch (settings.kind) {
    case 'none':
      return undefined;
    case 'simulator':
      return simulator?.provider(method);
    case 'portone':
      return portone(settings, { publicUrl, timeoutMs });
    case 'nice':
      return nice(settings, { world, timeoutMs });
    case 'oidc':
      return oidc(settings, { world, publicUrl, timeoutMs });
  }
}

/** The learner is told to try again; the operator is told why. */
function telling(
  provider: IdentityProvider,
  method: IdentityMethod,
  { unavailable }: ProviderSurroundings,
): IdentityProvider {
  const told = async <T>(call: Promise<T>): Promise<T> => {
    try {
      return await call;
    } catch (error) {
      if (error instanceof ProviderUnavailableError) {
        unavailable?.({ provider: provider.name, method, why: error.message });
      }
      throw error;
    }
  };
  return {
    name: provider.name,
    gives: provider.gives,
    start: (request) => told(provider.start(request)),
    complete: (state, parameters) => told(provider.complete(state, parameters)),
  };
}
