// Command lines, and what each shell completes them to.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commands } from '../../src/commands.ts';
import { schemaNames } from '../../src/documents/generated/schemas.ts';
import { needs } from '../support/needs.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { preparePlace, shells } from './shells.ts';

const names = commands.map(({ name }) => name);
const scan = (await commands[0]!.load()).default;
const scanFormats = scan.flags.format?.type === 'option' ? [...(scan.flags.format.options ?? [])] : [];

/** Files in the folder: `report.json`, `my report.json`, `reports/`. */
const paths = ['report.json', 'reports'];

const lines: readonly [line: string, answers: readonly string[]][] = [
  ['lib-users sc', ['scan', 'schema']],
  ['lib-users help sc', ['scan', 'schema']],
  ['lib-users scan --for', ['--format']],
  ['lib-users scan --no-', ['--no-config', '--no-default-rules', '--no-systemctl']],
  ['lib-users scan --format ', scanFormats],
  ['lib-users scan --format=li', ['--format=lines']],
  ['lib-users check --format=ju', ['--format=junit']],
  ['lib-users check --role ', ['code', 'data', 'log', 'file', 'scratch']],
  ['lib-users check --baseline rep', paths],
  ['lib-users check -w ', []],
  ['lib-users plan rep', paths],
  ['lib-users plan my', ['my report.json']],
  ['lib-users plan --action restar', ['restart', 'restart_container']],
  ['lib-users fleet report.json rep', paths],
  ['lib-users scan --also ', scanFormats.map((format) => `${format}=`)],
  ['lib-users scan --also json=report.', ['json=report.json']],
  ['lib-users scan --also=text=report.', ['--also=text=report.json']],
  ['lib-users scan --output=report.', ['--output=report.json']],
  ['lib-users scan --proc ', ['reports']],
  ['lib-users scan rep', []],
  ['lib-users schema ', schemaNames],
  ['lib-users validate --req', ['--require-complete']],
  ['lib_users --show', ['--showlibs']],
  ['lib_users -I rep', paths],
  ['fd_users --show', ['--showfiles']],
];

for (const [shell, complete] of Object.entries(shells)) {
  test(shell, async (t) => {
    if (!needs(t, shell === 'bash' ? 'bash-completion' : (shell as 'zsh' | 'fish'))) return;
    const place = preparePlace(temporaryFolder(t));
    // A word that cannot be completed stays as it is.
    const answersTo = (line: string) =>
      complete(place, line)
        .map((word) => word.replace(/\/$/, ''))
        .filter((word) => word !== line.split(' ').at(-1))
        .sort();
    await t.test('every command', () => {
      assert.deepEqual(
        answersTo('lib-users ').filter((word) => !word.startsWith('-')),
        [...names, 'help'].sort(),
      );
    });
    for (const [line, answers] of lines) {
      await t.test(line, () => assert.deepEqual(answersTo(line), [...answers].sort()));
    }
    for (const { name, load } of commands) {
      await t.test(`every flag of ${name}`, async () => {
        const flags = Object.keys((await load()).default.flags).map((flag) => `--${flag}`);
        assert.deepEqual(answersTo(`lib-users ${name} --`), [...flags, '--help'].sort());
      });
    }
  });
}
