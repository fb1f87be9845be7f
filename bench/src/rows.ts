import type { DatabaseName, Figures } from './measure.ts';
import type { Kind } from './shots.ts';

/** One kind of answer at one number of connections, ours in turn with the bare handler. */
export interface CodesRow {
  database: DatabaseName;
  kind: Kind;
  connections: number;
  /** Answers per second: ours through the bare handler's. */
  ratio: number;
  ours: Figures;
  bare: Figures;
  /** Answers settled by one commit, how long one takes from gathering to commit, and how much of the time. */
  batch: { size: number; milliseconds: number; share: number };
}

/** One server at one kind of answer, in turn with the others. */
export interface OthersRow {
  database: DatabaseName;
  kind: Kind;
  who: string;
  figures: Figures;
  /** Its rate through the bare handler's in the same round. */
  ofBare: number;
  /** Its rate through better-auth's; undefined where that does nothing of the kind. */
  timesBetterAuth: number | undefined;
}

export interface ScaleRow {
  database: DatabaseName;
  kind: Kind;
  registered: number;
  figures: Figures;
  /** Time of an answer through that over the smallest database, the median of the rounds. */
  growth: number;
}

/** One database: what was filled, and its first answers, when nothing was warm yet. */
export interface ScaleSite {
  database: DatabaseName;
  registered: number;
  fillSeconds: number;
  databaseMegabytes: number;
  /** Of the server, at the end. */
  rssMegabytes: number;
  first: Figures;
}

/** Answers while nothing is over its time, and while the server cleans up beside them. */
export interface CleanUpRow {
  database: DatabaseName;
  kind: Kind;
  connections: number;
  before: Figures;
  during: Figures;
  /** p99 during through p99 before, the median of the rounds. */
  ratio: number;
  /** Rows that the clean-up took in a second, the median of the rounds. */
  cleanedPerSecond: number;
}

/** `POST /v1/checks` answered “not required”, with few and with many past checks in the table. */
export interface NotRequiredRow {
  database: DatabaseName;
  connections: number;
  few: PastFigures;
  many: PastFigures;
  /** Rate with many through rate with few, the median of the rounds. */
  ratio: number;
}

/** Medians over the rounds; milliseconds. */
export interface PastFigures {
  past: number;
  perSecond: number;
  p50: number;
  p99: number;
}
