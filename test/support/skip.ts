// Why a test cannot run here (test/support/needs.ts knows the usual reasons). With CI=true nothing may be skipped: there the
// reason is a failure.

import type { TestContext } from 'node:test';

/** Ends the test as skipped for `reason`, or fails it where CI=true. Use: `if (reason) return skip(t, reason);` */
export function skip(t: TestContext, reason: string): void {
  if (process.env.CI === 'true') throw new Error(`skipped with CI=true: ${reason}`);
  t.skip(reason);
}

/** True where `condition` holds; else the test is skipped. Use: `if (!skipUnless(t, ready, 'the kernel is too old')) return;` */
export function skipUnless(t: TestContext, condition: boolean, reason: string): boolean {
  if (!condition) skip(t, reason);
  return condition;
}
