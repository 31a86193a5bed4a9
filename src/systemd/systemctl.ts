// Unit names -> systemd's facts about them, by one `systemctl show` call (more only if the argument list would be too long); and the
// version of systemctl. systemctl(1). If something goes wrong, the units with an answer keep their facts, and `problem` says why
// others have none.

import { explainOutcome, type Run, type SpawnOutcome } from '../spawn.ts';
import { isUnitName } from './unit-name.ts';

/** The properties to ask for, and the way to read a block of them; null if the block is not whole, or is not that unit's. */
export interface UnitQuestion<Facts> {
  properties: readonly string[];
  parse: (block: string, name: string) => Facts | null;
}

export interface UnitAnswers<Facts> {
  /** Facts by the name that was asked for. A unit without a trustworthy answer is not in the map. */
  facts: Map<string, Facts>;
  /** Why facts are missing, as one sentence without a full stop; null if none are missing. */
  problem: string | null;
}

const maxArgumentBytes = 100 * 1024;
const maxAnswerBytes = 64 * 1024 * 1024;
const maxQuotedCharacters = 200;

/** Leaves out templates and invalid unit names, because one such name makes systemctl give up the whole call. */
export function queryUnits<Facts>(
  names: readonly string[],
  question: UnitQuestion<Facts>,
  run: Run,
  deadlineMs = 10_000,
): UnitAnswers<Facts> {
  const facts = new Map<string, Facts>();
  const limits = { deadlineMs, maxBytes: maxAnswerBytes };
  let problem: string | null = null;
  for (const batch of splitBatches([...new Set(names)].filter(isUnitName))) {
    const args = ['show', '--no-pager', `--property=${question.properties.join(',')}`, '--', ...batch];
    const answer = run('systemctl', args, limits);
    // No more batches are asked: they would fail in the same way, and the deadlines would add up.
    if (answer.kind !== 'ok') return { facts, problem: explainOutcome('systemctl', answer, limits) };
    const missing = readBlocks(answer.stdout.toString('utf8'), batch, question, facts);
    if (missing.length > 0) problem ??= describeGap(answer, missing, batch);
  }
  return { facts, problem };
}

/** The major version of the systemctl that a plan would run, as in 252: `systemd 252 (252.39-1)`; null if it is not printed. */
export function queryVersion(run: Run, deadlineMs = 10_000): number | null {
  const answer = run('systemctl', ['--version'], { deadlineMs, maxBytes: 64 * 1024 });
  if (answer.kind !== 'ok') return null;
  const version = /^systemd ([0-9]{1,9})\b/.exec(answer.stdout.toString('latin1'))?.[1];
  return version === undefined ? null : Number(version);
}

/**
 * Whether the process's cgroup is the unit's, or lies below it; false if one of them has none. systemd prints cgroups as its own
 * /proc/self/cgroup does. In a guest without a cgroup namespace the guest's path is in front.
 */
export function ownsCgroup(controlGroup: string | null, processCgroup: string | null): boolean {
  if (!controlGroup?.startsWith('/') || !processCgroup?.startsWith('/')) return false;
  const base = controlGroup.replace(/\/+$/, '');
  return processCgroup === base || processCgroup.startsWith(`${base}/`);
}

function splitBatches(names: readonly string[]): string[][] {
  const batches: string[][] = [];
  let room = 0;
  for (const name of names) {
    room -= name.length + 1;
    if (room < 0) {
      batches.push([]);
      room = maxArgumentBytes - name.length - 1;
    }
    batches.at(-1)!.push(name);
  }
  return batches;
}

/** Stores the facts of each block under the name at its place; returns the names without facts. */
function readBlocks<Facts>(
  text: string,
  names: readonly string[],
  { parse }: UnitQuestion<Facts>,
  facts: Map<string, Facts>,
): string[] {
  const blocks = text.replace(/\n$/, '').split('\n\n');
  // The output of a whole block ends with a newline. Without it the last line may be cut short, so its block is dropped.
  if (!text.endsWith('\n')) blocks.pop();
  return names.filter((name, index) => {
    const unit = parse(blocks[index] ?? '', name);
    if (unit !== null) facts.set(name, unit);
    return unit === null;
  });
}

function describeGap(
  answer: Extract<SpawnOutcome, { kind: 'ok' }>,
  missing: readonly string[],
  batch: readonly string[],
): string {
  const gap = `systemctl gave no usable answer for ${missing.length} of ${batch.length} units`;
  const [firstLine = ''] = answer.stderr.toString('utf8').trim().split('\n');
  const said = [...firstLine].slice(0, maxQuotedCharacters).join('');
  if (answer.status === 0 && said === '') return `${gap}, the first is ${missing[0]}`;
  return `${gap} (status ${answer.status}${said === '' ? '' : `: ${said}`})`;
}
