import { type PushDependencies, pushRows, takeUpSettled } from './push-rows.ts';
import { hourlyTargets, type StoredTarget } from './store.ts';

export interface HourlyDependencies extends Omit<PushDependencies, 'isStopped'> {
  /** Is told of a fault of our own; the institution is tried again in the next round. */
  broken(error: unknown): void;
}

export interface HourlyReports {
  /** One round over the institutions that are sent hourly: takes up an hour that is over, sends what is due. */
  run(): Promise<void>;
  /** No batch is begun from now on. */
  stop(): void;
}

/** Institutions in flight at once: a receiver that hangs holds one place for ten seconds. */
const AT_ONCE = 8;

export function hourlyReports(dependencies: HourlyDependencies): HourlyReports {
  let isStopped = false;
  const pushing = { ...dependencies, isStopped: () => isStopped };
  const report = async (target: StoredTarget): Promise<void> => {
    await takeUpSettled(pushing, target);
    await pushRows(pushing, { institution: target.institution_id, actor: 'system', isPatient: true });
  };
  return {
    async run() {
      const targets = await hourlyTargets(dependencies.database);
      const lane = async () => {
        for (let target = targets.shift(); target && !isStopped; target = targets.shift()) {
          await report(target).catch(dependencies.broken);
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, lane));
    },
    stop() {
      isStopped = true;
    },
  };
}
