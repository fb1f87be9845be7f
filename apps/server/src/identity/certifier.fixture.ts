import {
  type CertifiedPerson,
  type Gives,
  type IdentityProvider,
  type IdentityResult,
  type IdentityStart,
  ProviderUnavailableError,
} from './provider.ts';

type Says = Omit<CertifiedPerson, 'transaction'> & { transaction?: string };

/** An identity provider in this process that certifies whom a test says. */
export class Certifier implements IdentityProvider {
  readonly name: string;
  readonly gives: Gives;
  readonly started: IdentityStart[] = [];
  /** How often a result was fetched. */
  fetched = 0;
  #result: (reference: string) => Promise<IdentityResult>;
  #isDown = false;

  constructor(gives: Partial<Gives> = {}, name = 'certifier') {
    this.name = name;
    this.gives = { phone: true, birthDate: true, di: true, ...gives };
    this.#result = async () => ({ kind: 'failed', why: 'not-verified' });
  }

  /** Every attempt from now on is of this person. */
  certifies(person: Says): void {
    this.answers(async (reference) => ({
      kind: 'certified',
      person: { transaction: reference, ...person },
    }));
  }

  answers(result: IdentityResult | ((reference: string) => Promise<IdentityResult>)): void {
    this.#result = typeof result === 'function' ? result : async () => result;
  }

  /** Whether it is out of reach from now on. */
  isDown(down: boolean): void {
    this.#isDown = down;
  }

  async start(request: IdentityStart) {
    if (this.#isDown) throw new ProviderUnavailableError('down');
    this.started.push(request);
    const url = `https://certifier.example/${request.reference}?return=${encodeURIComponent(request.returnUrl)}`;
    return { state: { reference: request.reference }, url };
  }

  async complete(state: Readonly<Record<string, unknown>>): Promise<IdentityResult> {
    if (this.#isDown) throw new ProviderUnavailableError('down');
    this.fetched++;
    return this.#result(String(state.reference));
  }
}
