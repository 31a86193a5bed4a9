// A configuration that meets the schema -> its first problem that the schema cannot see: a glob that matches nothing, a day that
// does not exist, a signal that is missing or not wanted.

import type { Config, PolicyRule } from '../documents/generated/config.ts';
import { globProblem } from '../glob.ts';
import { isSignal } from '../policy/signals.ts';
import { unitGlobProblem } from '../policy/unit-glob.ts';

export interface EntryProblem {
  path: (string | number)[];
  message: string;
  hint: string | null;
}

/** Returns the first problem in the order of the file's sections, or null. */
export function findEntryProblem(config: Config): EntryProblem | null {
  for (const [index, glob] of (config.scan?.ignore ?? []).entries()) {
    const problem = globProblem(glob);
    if (problem !== null) return { path: ['scan', 'ignore', index], message: problem, hint: null };
  }
  for (const [index, rule] of (config.policy ?? []).entries()) {
    const problem =
      matcherProblem(rule, ['policy', index]) ??
      signalProblem(rule, ['policy', index]) ??
      inferredProblem(rule, ['policy', index]);
    if (problem) return problem;
  }
  for (const [index, entry] of (config.check?.accept ?? []).entries()) {
    const path = ['check', 'accept', index];
    const problem = matcherProblem(entry, path) ?? dayProblem(entry.until, [...path, 'until']);
    if (problem) return problem;
  }
  return null;
}

function matcherProblem(entry: { unit?: string; path?: string }, at: (string | number)[]): EntryProblem | null {
  const { unit, path } = entry;
  const unitProblem = unit === undefined ? null : unitGlobProblem(unit);
  if (unitProblem !== null) {
    return {
      path: [...at, 'unit'],
      message: `${JSON.stringify(unit)}: ${unitProblem.message}`,
      hint: unitProblem.hint,
    };
  }
  const pathProblem = path === undefined ? null : globProblem(path);
  return pathProblem === null ? null : { path: [...at, 'path'], message: pathProblem, hint: null };
}

function signalProblem({ action, signal }: PolicyRule, at: (string | number)[]): EntryProblem | null {
  if (action === 'signal' && signal === undefined) {
    return { path: at, message: 'action signal needs the signal', hint: 'as in signal: HUP' };
  }
  if (action !== 'signal' && signal !== undefined) {
    return { path: [...at, 'signal'], message: `action ${action} sends no signal`, hint: 'use action: signal' };
  }
  if (signal !== undefined && !isSignal(signal)) {
    return { path: [...at, 'signal'], message: `there is no signal ${signal}`, hint: 'see signal(7)' };
  }
  return null;
}

function inferredProblem({ action, inferred }: PolicyRule, at: (string | number)[]): EntryProblem | null {
  if (inferred === undefined || action === inferred) return null;
  return { path: [...at, 'inferred'], message: `action ${action} restarts nothing`, hint: 'use action: restart' };
}

function dayProblem(day: string | undefined, path: (string | number)[]): EntryProblem | null {
  if (day === undefined) return null;
  const date = new Date(`${day}T00:00:00Z`);
  const exists = !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day);
  return exists ? null : { path, message: `${day} is not in the calendar`, hint: 'write it as YYYY-MM-DD' };
}
