// A stand-in for a package manager: keeps the calls that it gets, and gives recorded answers in order.

import type { Run, SpawnOutcome } from '../../src/spawn.ts';

export interface FakeRun {
  run: Run;
  calls: [file: string, ...args: string[]][];
}

export function fakeRun(...outcomes: SpawnOutcome[]): FakeRun {
  const calls: FakeRun['calls'] = [];
  const run: Run = (file, args) => {
    const outcome = outcomes[calls.length];
    calls.push([file, ...args]);
    if (!outcome) throw new Error(`not expected: ${file} ${args.join(' ')}`);
    return outcome;
  };
  return { run, calls };
}

/** The output of a program, as bytes. */
export function said(status: number, stdout: string, stderr = ''): SpawnOutcome {
  return { kind: 'ok', status, stdout: Buffer.from(stdout, 'latin1'), stderr: Buffer.from(stderr, 'latin1') };
}
