// The limits of the lists of fixes in a fleet document stand in one file, and in the prose of what people read.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { listedReboots, listedRestarts } from '../../src/documents/fleet-fixes.ts';
import { projectRoot } from '../support/project.ts';

for (const file of ['schema/fleet.schema.json', 'ansible/plugins/modules/fleet_info.py', 'CHANGELOG.md']) {
  test(`${file} says how many fixes a fleet lists at most`, () => {
    const text = readFileSync(join(projectRoot, file), 'utf8');
    const said = [
      ...text.matchAll(/at most (\d+)(?: ids)? that a restart brings,? and (\d+) that only a reboot brings/gi),
    ];
    assert.ok(said.length > 0);
    for (const [, restarts, reboots] of said) {
      assert.deepEqual([Number(restarts), Number(reboots)], [listedRestarts, listedReboots]);
    }
  });
}
