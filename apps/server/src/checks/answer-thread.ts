import type { MessagePort, Worker } from 'node:worker_threads';
import type { Database } from '../db/open.ts';
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
  | { outcomes: (AnswerOutcome | Fault)[]; observed: ObservedBatch | undefined; isTold: boolean }
  | Fault;

const faultOf = (error: unknown): Fault => {
  const { name, message, code } =
    error instanceof Error ? (error as Error & { code?: unknown }) : unknownFault;
  return { fault: { name, message, ...(typeof code === 'string' ? { code } : {}) } };
};

const unknownFault = { name: 'Error', message: 'judging failed', code: undefined };

const errorOf = ({ fault: { name, message, code } }: Fault): Error =>
  Object.assign(new Error(message), { name, ...(code === undefined ? {} : { code }) });

/** The thread's side: settles what comes, one batch at a time. */
export function answerOn(port: MessagePort, dependencies: AnswerDependencies): void {
  port.on('message', async (items: readonly AnswerItem[]) => {
    port.postMessage(await settled(dependencies, items));
  });
}

async function settled(dependencies: AnswerDependencies, items: readonly AnswerItem[]): Promise<Settled> {
  let observed: ObservedBatch | undefined;
  let isTold = false;
  const heard = {
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
const lost = () =>
  Object.assign(new Error('the thread of the answers ended'), { code: 'SQLITE_IOERR_THREAD' });

type Hearing = Pick<AnswerDependencies, 'observe' | 'eventsWaiting'> & { database: Database };

/**
 * The server's side. A thread that ends by itself takes its batch with it, whose outcome is unknown then, and the
 * next batch starts another.
 * @param start makes the thread, which answers with one message when its database is open
 */
export function answersOnThread(
  start: () => Worker,
  { database, observe, eventsWaiting }: Hearing,
): AnswerThread {
  let thread: Promise<Worker> | undefined;
  const started = () => {
    thread ??= opened(start()).then((worker) => {
      worker.once('exit', () => {
        thread = undefined;
      });
      return worker;
    });
    thread.catch(() => {
      thread = undefined;
    });
    return thread;
  };
  const run: RunAnswers = async (items) => {
    const reply = await database.inTurn(async () => ask(await started(), items));
    if ('fault' in reply) throw errorOf(reply);
    if (reply.observed) observe?.(reply.observed);
    if (reply.isTold) eventsWaiting?.();
    return reply.outcomes.map((each) => ('fault' in each ? errorOf(each) : each));
  };
  const stop = async () => {
    await (await thread?.catch(() => undefined))?.terminate();
  };
  return { run, stop };
}

/** Resolves with the first message, which says that the database is open. */
async function opened(worker: Worker): Promise<Worker> {
  await nextMessage(worker);
  return worker;
}

function ask(worker: Worker, items: readonly AnswerItem[]): Promise<Settled> {
  const reply = nextMessage<Settled>(worker);
  worker.postMessage(items);
  return reply;
}

function nextMessage<Message>(worker: Worker): Promise<Message> {
  return new Promise((resolve, reject) => {
    const end = (settle: () => void) => {
      worker.off('message', heard).off('error', failed).off('exit', ended);
      settle();
    };
    const heard = (message: Message) => end(() => resolve(message));
    const failed = (error: Error) => end(() => reject(Object.assign(lost(), { cause: error })));
    const ended = () => end(() => reject(lost()));
    worker.on('message', heard).on('error', failed).on('exit', ended);
  });
}
