// How late code is compiled to machine code: as a multiple of the runs after which Bun's engine does it. Node has no such setting.

/** The part of Bun that decides it. Another Bun (--runtime) may not have it. */
interface Bun {
  unsafe: { setJITPolicy?(factor: number): void };
}

/** The executable begins with 10, for long folds of reports. */
const late = 100;

/**
 * Called by a scan and by each of its helpers. Even with thousands of processes they end before machine code pays off, and each of
 * them would compile the same code again. docs/performance.md has the figures.
 */
export function compileLate(): void {
  (globalThis as { Bun?: Bun }).Bun?.unsafe.setJITPolicy?.(late);
}
