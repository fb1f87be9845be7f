import type { Browser, BrowserContext, BrowserContextOptions } from 'playwright-core';
import { launchChromium } from '../../support/chromium.ts';
import {
  type RunningServer,
  removeFolder,
  type ServerOptions,
  startServer,
} from '../../support/processes.ts';

/** Long enough for a busy machine, short enough to fail before the test's own limit. Milliseconds. */
const PATIENCE = 15_000;

const PHONE = { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true, locale: 'ko-KR' };
const DESK = { viewport: { width: 1280, height: 860 }, locale: 'ko-KR' };

/** The real server with its sample LMS, and the real browser. */
export interface Stage {
  server: RunningServer;
  /** A learner's phone: a browser of its own, 360 px wide. */
  phone(options?: BrowserContextOptions): Promise<BrowserContext>;
  /** The computer on which a learner studies, 1280 px wide. */
  desk(options?: BrowserContextOptions): Promise<BrowserContext>;
  /** What any page has complained of since the last sweep. */
  readonly complaints: string[];
  /** Closes every phone and computer. */
  sweep(): Promise<void>;
  close(): Promise<void>;
}

/** Limits per address and number are off: all learners of a test sit behind one address. Logs all it ever logs. */
export const startDemo = ({ env, ...options }: ServerOptions = {}): Promise<RunningServer> =>
  startServer('demo', { env: { MOTP_LIMITS: 'off', MOTP_LOG: 'debug', ...env }, ...options });

export async function openStage(): Promise<Stage> {
  const [server, browser] = await Promise.all([startDemo(), launchChromium()]);
  const open = new Set<BrowserContext>();
  const complaints: string[] = [];
  async function enter(options: BrowserContextOptions): Promise<BrowserContext> {
    const context = await newContext(browser, options, complaints);
    open.add(context);
    return context;
  }
  async function sweep(): Promise<void> {
    await Promise.all([...open].map((context) => context.close()));
    open.clear();
    complaints.length = 0;
  }
  const stage: Stage = {
    server,
    complaints,
    sweep,
    phone: (options = {}) => enter({ ...PHONE, ...options }),
    desk: (options = {}) => enter({ ...DESK, ...options }),
    async close() {
      await sweep();
      await browser.close();
      await stage.server.stop();
      await removeFolder(stage.server.folder);
    },
  };
  return stage;
}

async function newContext(
  browser: Browser,
  options: BrowserContextOptions,
  complaints: string[],
): Promise<BrowserContext> {
  const context = await browser.newContext(options);
  context.setDefaultTimeout(PATIENCE);
  context.on('console', (message) => {
    if (message.type() === 'error') complaints.push(`${message.page()?.url()}: ${message.text()}`);
  });
  context.on('weberror', (error) => complaints.push(String(error.error())));
  return context;
}
