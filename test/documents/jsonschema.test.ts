// Hundreds of reports with a few values changed: our compiled validator and an independent one agree on each.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { schemas } from '../../src/documents/generated/schemas.ts';
import { validateDocument } from '../../src/documents/validate.ts';
import { mutateJson } from '../fuzz/mutate-json.ts';
import { Random } from '../fuzz/random.ts';
import { needs } from '../support/needs.ts';
import { projectRoot } from '../support/project.ts';

const python = join(projectRoot, '.venv/bin/python');

for (const name of ['report', 'plan', 'drift', 'fleet', 'error'] as const) {
  test(`${name}: valid here is valid for Python's jsonschema, and the other way round`, async (t) => {
    if (!needs(t, 'jsonschema')) return;
    const worked = readFileSync(join(projectRoot, 'test/fixtures/documents', `${name}.json`));
    const random = new Random(9);
    const documents: unknown[] = [];
    for (let tries = 0; documents.length < 100 && tries < 4000; tries++) {
      const text = mutateJson(worked, random, [worked]).toString('utf8');
      try {
        documents.push(JSON.parse(text));
      } catch {}
    }
    const script = `
import json, sys
from jsonschema import Draft202012Validator
schema, documents = json.load(sys.stdin)
print(json.dumps([Draft202012Validator(schema).is_valid(document) for document in documents]))`;
    const input = JSON.stringify([schemas[name], documents]);
    const { status, stdout, stderr } = spawnSync(python, ['-c', script], {
      input,
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    });
    assert.equal(status, 0, stderr);
    const expected = JSON.parse(stdout) as boolean[];
    for (const [index, document] of documents.entries()) {
      const violation = await validateDocument(name, document);
      assert.equal(violation === null, expected[index], `${JSON.stringify(violation)} ${JSON.stringify(document)}`);
    }
    const valid = expected.filter(Boolean).length;
    t.diagnostic(`${valid} of ${documents.length} are valid`);
    assert.ok(valid > 10 && valid < documents.length - 10);
  });
}
