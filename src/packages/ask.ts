// Operands -> the output of one program, run in as few batches as an argument list can hold (execve(2): 128 KiB per string,
// 2 MiB in all by default).

import type { Package } from '../documents/generated/report.ts';
import { type Bytes, toText } from '../procfs/bytes.ts';
import { explainOutcome, type Run } from '../spawn.ts';

/** The answer of one database, or of all. */
export interface Owners {
  owners: Map<Bytes, Package>;
  /** One sentence if a database could not be asked, else null. */
  problem: string | null;
}

export interface PackageAnswer {
  /** Lines of stdout, from all batches. */
  lines: Bytes[];
  /** One sentence if the program could not be run, or complained about something that is not an operand; else null. */
  problem: string | null;
}

const limits = { deadlineMs: 30_000, maxBytes: 64 * 1024 * 1024 };
const batchBytes = 256 * 1024;

/** @param fixed arguments that end with `--`; operands that are not UTF-8 cannot be passed on, and are left out */
export function ask(run: Run, file: string, fixed: readonly string[], operands: readonly Bytes[]): PackageAnswer {
  const lines: Bytes[] = [];
  const remarks: string[] = [];
  for (const batch of splitBatches(operands)) {
    const outcome = run(file, [...fixed, ...batch], limits);
    if (outcome.kind !== 'ok') return { lines, problem: explainOutcome(file, outcome, limits) };
    for (const line of splitLines(outcome.stdout.toString('latin1'))) lines.push(line);
    if (outcome.status === 0) continue;
    // If a path has no owner, these programs complain and fail. That is an answer; other complaints are a problem.
    for (const line of splitLines(outcome.stderr.toString('utf8'))) {
      if (!/^warning:/i.test(line) && !batch.some((operand) => line.includes(operand))) remarks.push(line.trim());
    }
  }
  return { lines, problem: remarks.length === 0 ? null : `${file}: ${[...new Set(remarks)].slice(0, 3).join(' ')}` };
}

function splitLines(text: string): string[] {
  return text.split('\n').filter((line) => line.trim() !== '');
}

function splitBatches(operands: readonly Bytes[]): string[][] {
  const batches: string[][] = [];
  let room = 0;
  for (const operand of operands) {
    const { text, base64 } = toText(operand);
    if (base64 !== null) continue;
    const size = operand.length + 1;
    if (size > room) {
      batches.push([]);
      room = batchBytes;
    }
    batches.at(-1)!.push(text);
    room -= size;
  }
  return batches;
}
