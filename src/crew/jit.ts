// How late code is compiled to machine code: as a multiple of the runs after which Bun's engine does it. Node has no such setting.

/** The part of Bun that decides it. Another Bun (--runtime) may not have it. */
interface Bun {
  unsafe: { setJITPolicy?(factor: number): void };
}

/** The executable begins with it, for long folds of reports. */
const usual = 10;
const late = 100;

/**
 * Called by a scan and by each of its helpers. Even with thousands of processes they end before machine code pays off, and each of
 * them would compile the same code again. docs/performance.md has the figures.
 */
export function compileLate(): void {
  setPolicy(late);
}

/** Called by a helper that has found a process with very many gone files: the same code runs for each of them, so machine code pays off. */
export function compileAsUsual(): void {
  setPolicy(usual);
}

function setPolicy(factor: number): void {
  (globalThis as { Bun?: Bun }).Bun?.unsafe.setJITPolicy?.(factor);
}
