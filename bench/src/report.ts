import { arch, cpus, platform, totalmem } from 'node:os';
import type { Costs } from './costs.ts';
import type { CleanUpRow, CodesRow, NotRequiredRow, OthersRow, ScaleRow, ScaleSite } from './rows.ts';

export interface Ceiling {
  connections: number;
  perSecond: number;
}

/** Everything a run found; each part adds its own. */
export interface Report {
  at: string;
  machine: { node: string; platform: string; cpu: string; cores: number; memoryGigabytes: number };
  quick: boolean;
  /** Requests per second of the load generator against plain sockets that only echo. */
  ceiling: Ceiling[];
  costs: Costs | undefined;
  codes: CodesRow[];
  others: OthersRow[];
  sites: ScaleSite[];
  scale: ScaleRow[];
  notRequired: NotRequiredRow[];
  cleanUp: CleanUpRow[];
}

export const newReport = (quick: boolean, ceiling: Ceiling[]): Report => ({
  at: new Date().toISOString(),
  machine: {
    node: process.version,
    platform: `${platform()} ${arch()}`,
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGigabytes: Math.round(totalmem() / 2 ** 30),
  },
  ...{ quick, ceiling, costs: undefined },
  ...{ codes: [], others: [], sites: [], scale: [], notRequired: [], cleanUp: [] },
});
