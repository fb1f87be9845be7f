import { randomUUID } from 'node:crypto';
import { type Learner, ReceiptError } from '@motp/lms-sdk';
import { accredit, believeReceipt, type OldAnswer, reset } from './drop-in.ts';
import { dropInPage, dropInWays } from './drop-in-page.ts';
import { allowAsking, page, reply, type Visit } from './http.ts';
import { learners } from './learners.ts';

/** The signed-in learner; whoever tries the page without signing in plays the first. */
function learnerOf({ session }: Visit): Learner {
  const learner = session?.learner ?? learners[0];
  if (learner === undefined) throw new Error('The sample training site knows nobody.');
  return learner;
}

export function showDropIn(visit: Visit): void {
  const { settings } = visit.world;
  const way = dropInWays.find((each) => each === visit.url.searchParams.get('way')) ?? 'browser';
  const session = visit.session?.publicId ?? randomUUID();
  const ip = visit.request.socket.remoteAddress ?? '';
  allowAsking(visit);
  page(visit, 200, dropInPage({ settings, learner: learnerOf(visit), way, session, ip }));
}

/** What the page posts to its own server. */
export async function answerDropIn(visit: Visit, what: string, body: string): Promise<void> {
  const sent = new URLSearchParams(body);
  const learner = learnerOf(visit);
  if (what === 'outage') return reply(visit, 503, 'text/plain', '503');
  if (what === 'receipt') return answer(visit, () => believeReceipt(visit.world, learner, sent));
  if (what === 'accredit') return answer(visit, () => accredit(visit.world, learner, sent));
  if (what === 'reset') return answer(visit, () => reset(visit.world, learner, sent));
  reply(visit, 404, 'text/plain', '404');
}

/** Whatever goes wrong opens nothing; no answer is a failure of the system (IE001). */
async function answer(visit: Visit, ask: () => Promise<OldAnswer>): Promise<void> {
  const said = await ask().catch((error: unknown) => ({
    code: error instanceof ReceiptError ? error.code : 'IE001',
  }));
  reply(visit, 200, 'application/json', JSON.stringify(said));
}
