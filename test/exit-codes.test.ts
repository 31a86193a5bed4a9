// The exit codes of src/exit-codes.ts are those in the README, the man pages and the Ansible collection.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { errorExitCodes, invalidExitCode, verdictExitCodes } from '../src/exit-codes.ts';
import { projectRoot } from './support/project.ts';

const read = (path: string) => readFileSync(join(projectRoot, path), 'utf8');
const { exitCodesOf } = (await import(join(projectRoot, 'scripts/man/exit-status.mjs'))) as {
  exitCodesOf: (command: string | null) => string[];
};

const errors = Object.values(errorExitCodes);
const verdicts = Object.values(verdictExitCodes);
const sorted = (codes: Iterable<number>) => [...new Set(codes)].sort((a, b) => a - b).map(String);
const all = [...sorted([...errors, ...verdicts, invalidExitCode]), '128+N'];

test('README', () => {
  const rows = [...read('README.md').matchAll(/^\| (\d+(?:\+N)?) \| /gm)].map(([, code]) => code);
  assert.deepEqual(rows, all);
});

test('man pages', () => {
  assert.deepEqual(exitCodesOf(null), all);
  assert.deepEqual(exitCodesOf('scan'), [...sorted([0, ...errors]), '128+N']);
  for (const command of ['check', 'fleet']) assert.deepEqual(exitCodesOf(command), all, command);
  assert.deepEqual(exitCodesOf('validate'), [...sorted([0, ...errors, invalidExitCode]), '128+N']);
});

test('the Ansible collection', () => {
  const [, drift = ''] = /^EXIT_CODES = (\{.*\})$/m.exec(read('ansible/plugins/modules/drift_info.py')) ?? [];
  assert.deepEqual(JSON.parse(drift.replaceAll("'", '"')), verdictExitCodes);
  const [, fleet = ''] = /^EXIT_CODES = \((.*)\)$/m.exec(read('ansible/plugins/modules/fleet_info.py')) ?? [];
  assert.deepEqual(fleet.split(', '), sorted(verdicts));
  const [, causes = ''] = /^CAUSES = \{$([\s\S]*?)^\}$/m.exec(read('ansible/plugins/module_utils/_cli.py')) ?? [];
  const explained = [...causes.matchAll(/^ {4}(\d+): '/gm)].map(([, code]) => code!);
  assert.deepEqual(
    sorted(errors).filter((code) => !explained.includes(code)),
    [],
  );
});
