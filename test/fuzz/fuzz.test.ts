// The kept corpus, and a short run beyond it with a fixed seed. The long run is test/hostile.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { fuzz, replay } from './engine.ts';
import { assertForeign } from './foreign.ts';
import { keepFailure } from './keep.ts';
import { foreign } from './targets/report.ts';
import { readCorpus, targets } from './targets.ts';

for (const target of targets) {
  test(`the corpus of ${target.name} holds`, async () => {
    const corpus = readCorpus(target);
    assert.ok(corpus.size > 0);
    await replay(target, corpus);
  });

  test(`fuzz ${target.name}`, async (t) => {
    const limits = { seed: 20261123, runs: 20_000, seconds: 0.2 };
    const { runs, kept, failure } = await fuzz(target, [...readCorpus(target).values()], limits, import.meta.url);
    t.diagnostic(`${runs} inputs, ${kept.length} reached something new`);
    const where = failure && `${keepFailure(target, failure.input)}: ${inspect(failure.error)}`;
    assert.equal(where, null);
  });
}

test('the real parsers of the formats read every accepted text', (t) => assertForeign(t, foreign));
