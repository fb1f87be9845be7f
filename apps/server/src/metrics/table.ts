/** One metric of `/metrics`, as Prometheus names things: base units, `_total`, `_seconds`. */
export interface MetricRow {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  /** Labels, each with the values it begins with at zero; none: whatever comes, from a closed set. */
  readonly labels?: Readonly<Record<string, readonly string[]>>;
  /** Upper bounds of a histogram. */
  readonly buckets?: readonly number[];
  /** How the processes of one server make one value (`MOTP_WORKERS`). What is read from the database is not added up. */
  readonly across: 'sum' | 'max' | 'min' | 'first';
}

const BATCH_SECONDS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5];

/** Every metric of ours. docs/guides/operate.md, the dashboard and the alert rules are held against it by a test. */
export const METRICS = {
  answers: {
    name: 'motp_answers_total',
    type: 'counter',
    help: 'Answers to checks by outcome and reason',
    labels: { outcome: [], reason: [] },
    across: 'sum',
  },
  answersWaiting: {
    name: 'motp_answers_waiting',
    type: 'gauge',
    help: 'Answers in the queue',
    across: 'sum',
  },
  batchSize: {
    name: 'motp_answer_batch_size',
    type: 'histogram',
    help: 'Answers settled by one commit',
    buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256],
    across: 'sum',
  },
  batchSeconds: {
    name: 'motp_answer_batch_seconds',
    type: 'histogram',
    help: 'Time of a batch of answers from gathering to commit',
    buckets: BATCH_SECONDS,
    across: 'sum',
  },
  answerCommitSeconds: {
    name: 'motp_answer_commit_seconds',
    type: 'histogram',
    help: 'Time of the commit alone, of a batch of answers',
    buckets: BATCH_SECONDS,
    across: 'sum',
  },
  commitSeconds: {
    name: 'motp_database_commit_seconds',
    type: 'histogram',
    help: 'Time of the commit alone, of every transaction that answers or background work made',
    buckets: BATCH_SECONDS,
    across: 'sum',
  },
  databaseUp: {
    name: 'motp_database_up',
    type: 'gauge',
    help: 'Whether the database answered the latest scrape within two seconds: 1 or 0',
    across: 'min',
  },
  databaseFaults: {
    name: 'motp_database_faults_total',
    type: 'counter',
    help: 'Requests answered 503 because the database was away or busy',
    across: 'sum',
  },
  connections: {
    name: 'motp_database_connections',
    type: 'gauge',
    help: 'Connections to PostgreSQL by state; none with SQLite',
    labels: { state: [] },
    across: 'sum',
  },
  connectionsMost: {
    name: 'motp_database_connections_max',
    type: 'gauge',
    help: 'Most connections to PostgreSQL that the server opens; none with SQLite',
    across: 'sum',
  },
  connectionWaiters: {
    name: 'motp_database_connection_waiters',
    type: 'gauge',
    help: 'Transactions that wait for a connection to PostgreSQL; none with SQLite',
    across: 'sum',
  },
  httpSeconds: {
    name: 'motp_http_request_seconds',
    type: 'histogram',
    help: 'Time of requests by method, pattern of the route and class of the status',
    labels: { method: [], route: [], status: [] },
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    across: 'sum',
  },
  limited: {
    name: 'motp_limited_total',
    type: 'counter',
    help: 'Requests answered 429 by limit',
    labels: {
      limit: ['check', 'address', 'institution', 'message', 'registration', 'proof', 'identity'],
    },
    across: 'sum',
  },
  checkRequests: {
    name: 'motp_check_requests_total',
    type: 'counter',
    help: 'Requests of an LMS for a check by what was decided',
    labels: { decision: ['opened', 'open-already', 'exempted', 'not-required', 'blocked'] },
    across: 'sum',
  },
  proved: {
    name: 'motp_registrations_proved_total',
    type: 'counter',
    help: 'Registrations proved by kind of proof',
    labels: { proof: ['sms', 'identity'] },
    across: 'sum',
  },
  locked: {
    name: 'motp_registrations_locked_total',
    type: 'counter',
    help: 'Registrations locked by reason',
    labels: { because: ['wrong-codes', 'disputed'] },
    across: 'sum',
  },
  identityResults: {
    name: 'motp_identity_results_total',
    type: 'counter',
    help: 'Identity checks by provider and how they ended',
    labels: { provider: [], outcome: [] },
    across: 'sum',
  },
  messagesWaiting: {
    name: 'motp_messages_waiting',
    type: 'gauge',
    help: 'Messages that wait to be taken, counted up to 10000; none while the database is away',
    across: 'max',
  },
  messagesAge: {
    name: 'motp_messages_oldest_seconds',
    type: 'gauge',
    help: 'Age of the oldest of the first 2000 of these, 0 without one; none while the database is away',
    across: 'max',
  },
  eventsWaiting: {
    name: 'motp_webhook_events_waiting',
    type: 'gauge',
    help: 'Webhook events that wait to be taken, counted up to 10000; none while the database is away',
    across: 'max',
  },
  eventsAge: {
    name: 'motp_webhook_events_oldest_seconds',
    type: 'gauge',
    help: 'Age of the oldest of the first 2000 of these, 0 without one; none while the database is away',
    across: 'max',
  },
  backgroundRuns: {
    name: 'motp_background_runs_total',
    type: 'counter',
    help: 'Runs of background work by result',
    labels: { work: [], result: [] },
    across: 'sum',
  },
  backgroundSuccess: {
    name: 'motp_background_last_success_timestamp_seconds',
    type: 'gauge',
    help: 'When background work last went well, of several processes the one furthest behind; Unix time',
    labels: { work: [] },
    across: 'min',
  },
  processes: {
    name: 'motp_processes',
    type: 'gauge',
    help: 'Processes that this scrape speaks for',
    across: 'sum',
  },
  build: {
    name: 'motp_build_info',
    type: 'gauge',
    help: 'Always 1; the version that runs',
    labels: { version: [] },
    across: 'first',
  },
} as const satisfies Record<string, MetricRow>;
