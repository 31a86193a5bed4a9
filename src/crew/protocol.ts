// What the scan and a helper tell each other.

import type { Item, QuestionName, Setup } from './questions.ts';

export type ToHelper =
  /** First, and once. */
  { kind: 'setup'; version: string; setup: PlainSetup } | { kind: 'ask'; name: QuestionName; items: Item[] };

export type FromHelper =
  /** Its own pid in the scanned procfs; 0 if that does not know it. */
  | { kind: 'ready'; pid: number }
  /** One for each item, packed as questions.ts does it. */
  | { kind: 'answers'; answers: unknown[] }
  | { kind: 'defect'; message: string };

/** With what is a bigint as decimal text. */
export type PlainSetup = Omit<Setup, 'bootedAtNs'> & { bootedAtNs: string | null };

export function packSetup(setup: Setup): PlainSetup {
  return { ...setup, bootedAtNs: setup.bootedAtNs === null ? null : String(setup.bootedAtNs) };
}

export function unpackSetup(setup: PlainSetup): Setup {
  return { ...setup, bootedAtNs: setup.bootedAtNs === null ? null : BigInt(setup.bootedAtNs) };
}
