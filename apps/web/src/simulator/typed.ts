import type { PersonField } from './screen.ts';
import type { DemoWindow } from './use-window.ts';

export type Carrier = 'skt' | 'kt' | 'lgu' | 'mvno';

/** Everything that a person fills in, over all steps. */
export type Typed = Readonly<Record<PersonField, string>> & {
  readonly carrier: Carrier | undefined;
  readonly agreed: boolean;
};

export const untyped: Typed = {
  ...{ name: '', birthDate: '', phone: '', id: '', password: '' },
  carrier: undefined,
  agreed: false,
};

export type StepProps = {
  readonly window: DemoWindow;
  readonly typed: Typed;
  readonly onTyped: (part: Partial<Typed>) => void;
};

/** What a message is asked for with, and asked for again. */
export const messageOf = ({ carrier, name, birthDate, phone }: Typed): object => ({
  carrier,
  name,
  birthDate,
  phone,
});
