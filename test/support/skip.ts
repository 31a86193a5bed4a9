// A reason why a test cannot run here -> a skipped test (test/support/needs.ts has the usual reasons). With CI=true no test may be
// skipped, so the reason is a failure.

import type { TestContext } from 'node:test';

/** Skips the test for `reason`; with CI=true, fails it. Use: `if (reason) return skip(t, reason);` */
export function skip(t: TestContext, reason: string): void {
  if (process.env.CI === 'true') throw new Error(`skipped with CI=true: ${reason}`);
  t.skip(reason);
}

/** True if `condition` is met; else the test is skipped. Use: `if (!skipUnless(t, ready, 'the kernel is too old')) return;` */
export function skipUnless(t: TestContext, condition: boolean, reason: string): boolean {
  if (!condition) skip(t, reason);
  return condition;
}
