// The worked example's report must yield the worked example's plan, exactly.

import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import type { Plan } from '../../src/documents/generated/plan.ts';
import type { Report } from '../../src/documents/generated/report.ts';
import { validateDocument } from '../../src/documents/validate.ts';
import { buildPlan } from '../../src/plan/build.ts';
import { readGolden } from '../support/golden.ts';

const golden = readGolden<Plan>('plan');

test("the example's report yields the example's plan", () => {
  const plan = buildPlan(readGolden<Report>('report'), [], golden.generated_at);
  deepEqual(plan, golden);
  equal(JSON.stringify(plan), JSON.stringify(golden), 'the order of the properties is part of the example');
});

test("the example's plan meets the schema", async () => {
  equal(await validateDocument('plan', golden), null);
});
