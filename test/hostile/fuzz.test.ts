// The long run of test/fuzz, with a new seed each time, which is printed. FUZZ_SECONDS= sets its length, FUZZ_TARGET= one reader,
// FUZZ_SEED= repeats a run, FUZZ_KEEP=1 adds inputs that reached new code to the corpus.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { fuzz } from '../fuzz/engine.ts';
import { assertForeign } from '../fuzz/foreign.ts';
import { keepFailure, keepInCorpus } from '../fuzz/keep.ts';
import { foreign } from '../fuzz/targets/report.ts';
import { readCorpus, targets } from '../fuzz/targets.ts';
import { figure } from '../support/test-counters.ts';

const { FUZZ_SECONDS = '15', FUZZ_TARGET, FUZZ_SEED = String(Date.now() % 2 ** 31), FUZZ_KEEP } = process.env;
const limits = { seed: Number(FUZZ_SEED), seconds: Number(FUZZ_SECONDS), runs: Number.POSITIVE_INFINITY };

for (const target of targets.filter(({ name }) => FUZZ_TARGET === undefined || name === FUZZ_TARGET)) {
  test(`fuzz ${target.name} for ${FUZZ_SECONDS} s`, async (t) => {
    const corpus = [...readCorpus(target).values()];
    const { runs, kept, failure } = await fuzz(target, corpus, limits, import.meta.url);
    figure('inputs fuzzed', runs);
    t.diagnostic(`seed ${FUZZ_SEED}: ${runs} inputs, ${kept.length} reached something new`);
    if (FUZZ_KEEP === '1') for (const input of kept) keepInCorpus(target, input);
    const where = failure && `${keepFailure(target, failure.input)}: ${inspect(failure.error)}`;
    assert.equal(where, null);
  });
}

test('the real parsers of the formats read every accepted text', (t) => {
  if (FUZZ_TARGET === undefined || foreign.length > 0) assertForeign(t, foreign);
});
