// src/exit-codes.ts is where exit codes are decided: every other list of them, in pages and in the collection, agrees with it.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { commands } from '../src/commands.ts';
import { errorExitCodes, invalidExitCode, verdictExitCodes } from '../src/exit-codes.ts';
import { projectRoot } from './support/project.ts';

const read = (path: string) => readFileSync(join(projectRoot, path), 'utf8');
const inOrder = (codes: Iterable<number>) => [...new Set(codes)].sort((a, b) => a - b);

const errors = Object.values(errorExitCodes);
const verdicts = Object.values(verdictExitCodes);
/** The codes that a command has beside those of errors. */
const own: Readonly<Record<string, readonly number[]>> = {
  check: verdicts,
  fleet: verdicts,
  validate: [invalidExitCode],
};
const all = inOrder([0, ...errors, ...verdicts, invalidExitCode]);

test('no command ends with 1, which is a crash of the runtime, nor with what a shell or a signal ends with', () => {
  for (const code of all) assert.ok(code !== 1 && code < 126, String(code));
});

test('README has every exit code', () => {
  const [, section] = /^## Exit codes$([\s\S]*?)(?=^## |$(?![\s\S]))/m.exec(read('README.md')) ?? [];
  const codes = [...(section ?? '').matchAll(/^\| (\S+) \|/gm)].map(([, code]) => code);
  assert.deepEqual(
    codes.filter((code) => code !== 'code'),
    [...all.map(String), '128+N'],
  );
});

test('the man page of each command has its exit codes, and that of lib-users has all', async () => {
  const page = await import(join(projectRoot, 'scripts/man/exit-status.mjs'));
  const codesOf = (roff: string) => [...roff.matchAll(/\\fB(\d+(?:\+N)?)\\fR/g)].map(([, code]) => code);
  assert.deepEqual(codesOf(page.overallExitStatus()), [...all.map(String), '128+N']);
  for (const { name } of commands) {
    const expected = inOrder([0, ...errors, ...(own[name] ?? [])]);
    assert.deepEqual(codesOf(page.commandExitStatus(name)), [...expected.map(String), '128+N'], name);
  }
});

/** The dictionary of numbers that a Python file assigns to the name. */
function pythonCodes(path: string, name: string, entry: RegExp): RegExpExecArray[] {
  const [, body] = new RegExp(`^${name} = \\{([\\s\\S]*?)\\}$`, 'm').exec(read(path)) ?? [];
  assert.ok(body, `${name} of ${path}`);
  return [...body.matchAll(entry)];
}

test('the collection knows the cause of every error, and which exit code comes with which verdict', () => {
  const causes = pythonCodes('ansible/plugins/module_utils/_cli.py', 'CAUSES', /^ {4}(\d+):/gm);
  const explained = causes.map(([, code]) => Number(code));
  assert.deepEqual(
    inOrder(errors).filter((code) => !explained.includes(code)),
    [],
  );
  const pairs = pythonCodes('ansible/plugins/modules/drift_info.py', 'EXIT_CODES', /'(\w+)': (\d+)/g);
  assert.deepEqual(Object.fromEntries(pairs.map(([, verdict, code]) => [verdict, Number(code)])), verdictExitCodes);
});
