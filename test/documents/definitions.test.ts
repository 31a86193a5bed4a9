// Schemas repeat definitions, since each is one file that a consumer can take alone: equal names mean equal definitions.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { schemaNames } from '../../src/documents/generated/schemas.ts';
import { projectRoot } from '../support/project.ts';

/** The names that mean several things, and why. */
const different: Readonly<Record<string, string>> = {
  accepted: 'config has what is to be accepted, drift what was accepted',
  host: 'plan repeats of the host only what tells it from others',
  reboot: 'plan and report may each say more of it',
  reboot_reason: 'a plan also knows units that want a reboot',
  reboot_unknown: 'a plan may leave out units that want a reboot',
  pids: 'plan does not bound them',
  role: 'report says more of each role',
  nullable_count: 'report knows why a number is null',
};

const definitions = new Map<string, { schema: string; definition: unknown }[]>();
for (const schema of schemaNames) {
  const text = readFileSync(join(projectRoot, `schema/${schema}.schema.json`), 'utf8');
  for (const [name, definition] of Object.entries(JSON.parse(text).$defs ?? {})) {
    definitions.set(name, [...(definitions.get(name) ?? []), { schema, definition }]);
  }
}

for (const [name, [first, ...others]] of definitions) {
  if (others.length === 0 || name in different) continue;
  test(`$defs/${name} is the same in ${[first!, ...others].map(({ schema }) => schema).join(', ')}`, () => {
    for (const { definition } of others) assert.deepEqual(definition, first!.definition);
  });
}

test('the names that mean several things do', () => {
  const same = Object.keys(different).filter((name) => {
    const [first, ...others] = definitions.get(name) ?? [];
    return others.every(({ definition }) => JSON.stringify(definition) === JSON.stringify(first?.definition));
  });
  assert.deepEqual(same, []);
});
