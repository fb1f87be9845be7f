import { BARE_PATHS, type BarePorts } from './bare-server.ts';
import { type Readings, readProcess, readProduct } from './figures.ts';
import { codeShot, type Shot } from './load.ts';
import type { Product } from './product.ts';
import { type Answer, answersOf, expectedOutcomes, type Kind } from './shots.ts';

/** A server that is measured in turn with others. */
export interface Contestant {
  name: string;
  port: number;
  /** Puts everything back and makes the requests of a round; they are spent when their round ends. */
  prepare(kind: Kind): Promise<readonly Shot[]>;
  read(): Promise<Readings>;
  /** Keeps no state: the requests begin again when all are spent. */
  isEndless: boolean;
  /** What may be answered; anything else ends the run. */
  expected(kind: Kind): readonly string[];
}

export const ours = (product: Pick<Product, 'port' | 'people' | 'putBack'>, name = 'ours'): Contestant => ({
  ...{ name, port: product.port, isEndless: false },
  async prepare(kind) {
    await product.putBack(kind);
    return answersOf(kind, product.people, Date.now()).map((answer) =>
      codeShot(`/check/${answer.token}/code`, answer.code, from(answer)),
    );
  },
  read: () => readProduct(product.port),
  expected: (kind) => expectedOutcomes[kind],
});

/** Everybody has an address, whoever attacks somebody too. */
const from = ({ nth }: Pick<Answer, 'nth'>): string =>
  `x-forwarded-for: 10.${(nth >> 16) & 255}.${(nth >> 8) & 255}.${nth & 255}\r\n`;

const BARE_SHOTS = 1_000;

/** The handler that does nothing, or makes one signature for a right code: of an attack every tenth. */
export const bare = (ports: BarePorts): Contestant => ({
  ...{ name: 'bare', port: ports.http, isEndless: true },
  prepare: async (kind) =>
    Array.from({ length: BARE_SHOTS }, (_, nth) => {
      const path = BARE_PATHS[isRight(kind, nth) ? 'right' : 'wrong'];
      return codeShot(`${path}/${'a'.repeat(43)}/code`, '123456', from({ nth }));
    }),
  read: () => readProcess(ports.http),
  expected: (kind) =>
    ({ wrong: ['wrong-code'], search: ['wrong-code'], right: ['passed'], attack: ['wrong-code', 'passed'] })[
      kind
    ],
});

const isRight = (kind: Kind, nth: number): boolean =>
  kind === 'right' || (kind === 'attack' && nth % 10 === 0);
