import type { MessagePort, Worker } from 'node:worker_threads';
import type { Database, Fact } from '../db/open.ts';
import { watchDatabase } from '../metrics/watch-database.ts';
import type {
  AnswerDependencies,
  AnswerItem,
  AnswerOutcome,
  ObservedBatch,
  RunAnswers,
} from './answer-check.ts';
import { answerBatch } from './answer-check.ts';

/*
 * SQLite answers on the thread that asks it. A batch of answers is settled on a thread of its own, so that requests
 * are parsed and answered while the one before them is judged and flushed to the disk (ADR 0022). What runs there is
 * the same `answerBatch`; between the threads go codes and outcomes, never a seed.
 */

/** An error as it crosses: structured clones drop an error's `code`. */
interface Fault {
  readonly fault: { name: string; message: string; code?: string };
}

type Settled =
  | {
      outcomes: (AnswerOutcome | Fault)[];
      observed: ObservedBatch | undefined;
      isTold: boolean;
      facts: Fact[];
    }
  | Fault;

const faultOf = (error: unknown): Fault => {
  const { name, message, code } =
    error instanceof Error ? (error as Error & { code?: unknown }) : unknownFault;
  return { fault: { name, message, ...(typeof code === 'string' ? { code } : {}) } };
};

const unknownFault = { name: 'Error', message: 'judging failed', code: undefined };

const errorOf = ({ fault: { name, message, code } }: Fault): Error =>
  Object.assign(new Error(message), { name, ...(code === undefined ? {} : { code }) });

/** The thread's side: settles what comes, one batch after another, and answers in this order. */
export function answerOn(port: MessagePort, dependencies: AnswerDependencies): void {
  let last: Promise<void> = Promise.resolve();
  port.on('message', (items: readonly AnswerItem[]) => {
    last = last.then(async () => port.postMessage(await settled(dependencies, items)));
  });
}

async function settled(dependencies: AnswerDependencies, items: readonly AnswerItem[]): Promise<Settled> {
  let observed: ObservedBatch | undefined;
  let isTold = false;
  const facts: Fact[] = [];
  const database = watchDatabase(dependencies.database, {
    clock: () => 0,
    committed: () => undefined,
    // Answers are counted where they are replied to.
    noted: (noted) => facts.push(...noted.filter(({ kind }) => !kind.startsWith('check.'))),
  });
  const heard = {
    database,
    observe: (batch: ObservedBatch) => {
      observed = batch;
    },
    eventsWaiting: () => {
      isTold = true;
    },
  };
  try {
    const outcomes = await answerBatch({ ...dependencies, ...heard }, items);
    return {
      outcomes: outcomes.map((each) => (each instanceof Error ? faultOf(each) : each)),
      observed,
      isTold,
      facts,
    };
  } catch (error) {
    return faultOf(error);
  }
}

export interface AnswerThread {
  readonly run: RunAnswers;
  /** Ends the thread; call it when the queue is idle. */
  stop(): Promise<void>;
}

/** The outcome is unknown: SQLSTATE-like `code`, so that it is a 503 and the page asks the state (C-9). */
const lost = (cause?: Error) =>
  Object.assign(new Error('the thread of the answers ended', { cause }), { code: 'SQLITE_IOERR_THREAD' });

type Hearing = Pick<AnswerDependencies, 'observe' | 'eventsWaiting'> & {
  database: Pick<Database, 'besideNone' | 'noted'>;
};

/**
 * The server's side. A thread that ends by itself takes its batches with it, whose outcome is unknown then, and the
 * next batch starts another.
 * @param start makes the thread, which says with its first message that its database is open
 */
export function answersOnThread(
  start: () => Worker,
  { database, observe, eventsWaiting }: Hearing,
): AnswerThread {
  let line: Promise<Line> | undefined;
  const open = () => {
    line ??= Line.to(start(), () => {
      line = undefined;
    });
    return line;
  };
  const run: RunAnswers = async (items) => {
    const reply = await database.besideNone(async () => (await open()).ask<Settled>(items));
    if ('fault' in reply) throw errorOf(reply);
    if (reply.observed) observe?.(reply.observed);
    if (reply.facts.length > 0) database.noted?.(reply.facts);
    if (reply.isTold) eventsWaiting?.();
    return reply.outcomes.map((each) => ('fault' in each ? errorOf(each) : each));
  };
  const stop = async () => (await line?.catch(() => undefined))?.end();
  return { run, stop };
}

interface Asked {
  resolve(reply: unknown): void;
  reject(error: Error): void;
}

/** A thread whose replies come in the order of the questions. */
class Line {
  readonly #worker: Worker;
  readonly #asked: Asked[] = [];

  private constructor(worker: Worker, ended: () => void) {
    this.#worker = worker;
    let isOver = false;
    const lose = (cause?: Error) => {
      // A fault is told before the end: by then another thread may have taken this one's place.
      if (!isOver) ended();
      isOver = true;
      for (const { reject } of this.#asked.splice(0)) reject(lost(cause));
    };
    worker.on('message', (reply: unknown) => this.#asked.shift()?.resolve(reply));
    worker.on('error', lose).on('exit', () => lose());
  }

  static async to(worker: Worker, ended: () => void): Promise<Line> {
    const line = new Line(worker, ended);
    await line.#next();
    return line;
  }

  ask<Reply>(question: unknown): Promise<Reply> {
    this.#worker.postMessage(question);
    return this.#next<Reply>();
  }

  #next<Reply>(): Promise<Reply> {
    return new Promise<Reply>((resolve, reject) => {
      this.#asked.push({ resolve: (reply) => resolve(reply as Reply), reject });
    });
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }
}
