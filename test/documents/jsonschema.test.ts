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
const names = ['report', 'plan', 'drift', 'fleet', 'error'] as const;

function drawDocuments(name: (typeof names)[number]): unknown[] {
  const worked = readFileSync(join(projectRoot, 'test/fixtures/documents', `${name}.json`));
  const random = new Random(9);
  const documents: unknown[] = [];
  for (let tries = 0; documents.length < 100 && tries < 4000; tries++) {
    const text = mutateJson(worked, random, [worked]).toString('utf8');
    try {
      documents.push(JSON.parse(text));
    } catch {}
  }
  return documents;
}

/** Asks for all schemas at once, because to load the library takes as long as many documents. */
function askPython(questions: readonly (readonly [schema: object, documents: unknown[]])[]): boolean[][] {
  const script = `
import json, sys
from jsonschema import Draft202012Validator
def answers(schema, documents):
    validator = Draft202012Validator(schema)
    return [validator.is_valid(document) for document in documents]
print(json.dumps([answers(schema, documents) for schema, documents in json.load(sys.stdin)]))`;
  const { status, stdout, stderr } = spawnSync(python, ['-c', script], {
    input: JSON.stringify(questions),
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout) as boolean[][];
}

test("valid here is valid for Python's jsonschema, and the other way round", async (t) => {
  if (!needs(t, 'jsonschema')) return;
  const drawn = names.map(drawDocuments);
  const answers = askPython(names.map((name, index) => [schemas[name], drawn[index]!]));
  for (const [at, name] of names.entries()) {
    await t.test(name, async (t) => {
      const documents = drawn[at]!;
      const expected = answers[at]!;
      assert.equal(expected.length, documents.length);
      for (const [index, document] of documents.entries()) {
        const violation = await validateDocument(name, document);
        assert.equal(violation === null, expected[index], `${JSON.stringify(violation)} ${JSON.stringify(document)}`);
      }
      const valid = expected.filter(Boolean).length;
      t.diagnostic(`${valid} of ${documents.length} are valid`);
      assert.ok(valid > 10 && valid < documents.length - 10);
    });
  }
});
