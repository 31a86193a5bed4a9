// The messages between the scan and a helper.

import type { Item, QuestionName, Setup } from './questions.ts';

export type ToHelper =
  /** Sent first, and once. */
  { kind: 'setup'; version: string; setup: PlainSetup } | { kind: 'ask'; name: QuestionName; items: Item[] };

export type FromHelper =
  /** The helper's own pid in the scanned procfs; 0 if that procfs does not show it. */
  | { kind: 'ready'; pid: number }
  /** One answer per item, packed as in questions.ts. */
  | { kind: 'answers'; answers: unknown[] }
  | { kind: 'defect'; message: string };

/** The setup with its bigint as decimal text. */
export type PlainSetup = Omit<Setup, 'bootedAtNs'> & { bootedAtNs: string | null };

export function packSetup(setup: Setup): PlainSetup {
  return { ...setup, bootedAtNs: setup.bootedAtNs === null ? null : String(setup.bootedAtNs) };
}

export function unpackSetup(setup: PlainSetup): Setup {
  return { ...setup, bootedAtNs: setup.bootedAtNs === null ? null : BigInt(setup.bootedAtNs) };
}
