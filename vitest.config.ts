import { defaultServerConditions } from 'vite';
import { defineConfig } from 'vitest/config';

// '@motp/lms-sdk' is tested from its source; everything else workspaces share is source already.
const conditions = ['motp-source', ...defaultServerConditions];
const shared = { resolve: { conditions }, ssr: { resolve: { conditions, externalConditions: conditions } } };

const never = ['**/node_modules/**', '**/dist/**', '**/data/**'];
const postgres = ['test/support/postgres-setup.ts'];
const chromium = ['test/support/chromium-setup.ts'];

// Groups run one after another, each with the machine to itself: first what is fast and fails most often.
export default defineConfig({
  test: {
    projects: [
      {
        ...shared,
        test: {
          name: 'unit',
          include: ['packages/**/src/**/*.test.ts', 'apps/*/src/**/*.test.ts', 'examples/**/*.test.ts'],
          exclude: [...never, '**/*.db.test.ts', '**/*.http.test.ts'],
          sequence: { groupOrder: 0 },
          maxWorkers: 2,
        },
      },
      {
        ...shared,
        test: {
          name: 'database',
          include: ['**/*.db.test.ts'],
          exclude: never,
          globalSetup: postgres,
          sequence: { groupOrder: 1 },
          maxWorkers: 2,
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        ...shared,
        test: {
          name: 'http',
          include: ['**/*.http.test.ts'],
          exclude: never,
          globalSetup: postgres,
          sequence: { groupOrder: 1 },
          maxWorkers: 2,
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        ...shared,
        test: {
          name: 'crash',
          include: ['apps/server/test/crash/*.test.ts'],
          globalSetup: postgres,
          sequence: { groupOrder: 2 },
          maxWorkers: 1,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        ...shared,
        test: {
          name: 'journeys',
          include: ['test/journeys/*.test.ts'],
          globalSetup: [...postgres, ...chromium],
          sequence: { groupOrder: 3 },
          maxWorkers: 1,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
