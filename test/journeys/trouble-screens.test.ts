import { afterAll, afterEach, beforeAll, describe, it } from 'vitest';
import { foundInstitution, type Institution } from './support/institution.ts';
import { openStage, type Stage } from './support/stage.ts';
import {
  lookAtChanges,
  lookAtLockedAndReplaced,
  lookAtLocks,
  lookAtWaysToRegister,
} from './support/trouble-screens.ts';

describe('the app’s screens of trouble hold against axe-core and at 320 px, in Korean and English', () => {
  let stage: Stage;
  let institution: Institution;

  beforeAll(async () => {
    stage = await openStage();
    institution = await foundInstitution(stage.server, 'http://127.0.0.1:4999');
  });
  afterEach(() => stage.sweep());
  afterAll(() => stage?.close());

  it('R-2, R-2a and R-6 help, a message that does not come, and the identity check', () =>
    lookAtWaysToRegister(stage));

  it('R-9 another name and another number', () => lookAtChanges(stage));

  it('R-5 the history, and locked because a check was disputed', () => lookAtLocks(stage, institution));

  it('C-5 and R-5 locked by wrong codes, and replaced by another phone', () =>
    lookAtLockedAndReplaced(stage, institution));
});
