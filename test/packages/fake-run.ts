// A stand-in for a package manager: notes what it was asked and gives recorded answers in turn.

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

/** What a program said, as bytes. */
export function said(status: number, stdout: string, stderr = ''): SpawnOutcome {
  return { kind: 'ok', status, stdout: Buffer.from(stdout, 'latin1'), stderr: Buffer.from(stderr, 'latin1') };
}
