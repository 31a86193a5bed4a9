// A helper of a scan, as the standalone executable starts it (executable.ts).

import { runHelper } from './crew/run-helper.ts';

/** The part of Bun that decides how often code runs before it is compiled to machine code. Another Bun (--runtime) may not have it. */
interface Bun {
  unsafe: { setJITPolicy?(factor: number): void };
}

/**
 * A helper of a healthy host ends before machine code pays off, even with thousands of processes; docs/performance.md has the figures.
 * Every helper would compile the same code again.
 */
const jitPolicy = 100;

(globalThis as unknown as { Bun: Bun }).Bun.unsafe.setJITPolicy?.(jitPolicy);
runHelper();
