// The man pages as two implementations of man(7) read them: no complaint of either, and nothing of the commands is missing.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { commands } from '../../src/commands.ts';
import { errorExitCodes, invalidExitCode, verdictExitCodes } from '../../src/exit-codes.ts';
import { needs } from '../support/needs.ts';
import { commandLine } from '../support/program.ts';
import { projectRoot } from '../support/project.ts';
import { temporaryFolder } from '../support/temporary.ts';

const tools = ['mandoc', 'groff', 'git'] as const;

function run(program: string, args: readonly string[], input = '', env = {}): string {
  const { status, stdout, stderr } = spawnSync(program, args, {
    cwd: projectRoot,
    input,
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  assert.equal(status, 0, stdout + stderr);
  return stdout + stderr;
}

/** Text as a terminal shows it: bold and underlined letters are struck over. */
const shown = (text: string) => text.replace(/.\x08/gu, '');
const asMandoc = (roff: string) => shown(run('mandoc', ['-T', 'utf8', '-O', 'width=1000'], roff));
const asGroff = (roff: string) => shown(run('groff', ['-man', '-ww', '-Tutf8', '-P-cbou', '-rLL=1000n'], roff));

function pages(t: TestContext, env = {}): Map<string, string> {
  const folder = temporaryFolder(t);
  run(process.execPath, ['scripts/man.mjs', folder], '', env);
  return new Map(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}

test('man pages', async (t) => {
  if (!needs(t, ...tools)) return;
  const made = pages(t);
  const names = [...commands.map(({ name }) => `lib-users-${name}.1`), 'lib-users.1', 'lib-users-config.5'];
  assert.deepEqual([...made.keys()].sort(), [...names, 'fd_users.1', 'lib_users.1'].sort());

  for (const [name, roff] of made) {
    await t.test(`${name}: neither mandoc nor groff complains`, () => {
      assert.equal(run('mandoc', ['-T', 'lint'], roff), '');
      assert.equal(run('groff', ['-man', '-ww', '-Tutf8', '-z'], roff), '');
    });
  }
  for (const { name, load } of commands) {
    await t.test(`lib-users-${name}(1) has every flag, argument and example of ${name}`, async () => {
      const { default: command } = await load();
      const text = asMandoc(made.get(`lib-users-${name}.1`) ?? '');
      const options = /^OPTIONS$([\s\S]*?)^EXIT STATUS$/m.exec(text)?.[1] ?? '';
      for (const flag of Object.keys(command.flags)) {
        assert.match(options, new RegExp(`^ {3,7}(-\\w, )?--${flag}(=|\\s|$)`, 'm'));
        assert.ok(text.includes(`[--${flag}`), `${flag} in the synopsis`);
      }
      for (const [arg, { description = '' }] of Object.entries(command.args ?? {})) {
        assert.ok(text.includes(description), arg);
      }
      for (const { description } of command.examples as { description: string }[])
        assert.ok(text.includes(description));
      assert.equal(text.includes('<%'), false);
      assert.ok(asMandoc(made.get('lib-users.1') ?? '').includes(command.summary ?? name));
    });
  }
  await t.test('lib-users(1) has every exit code', () => {
    const status = /^EXIT STATUS$([\s\S]*?)^[A-Z]/m.exec(asMandoc(made.get('lib-users.1') ?? ''))?.[1] ?? '';
    const codes = [...status.matchAll(/^ {7}(\S+) /gm)].map(([, code]) => code);
    assert.deepEqual(codes, [0, 2, 3, 4, 5, 70, '128+N'].map(String));
    const known = [...Object.values(errorExitCodes), ...Object.values(verdictExitCodes), invalidExitCode];
    assert.deepEqual(
      known.filter((code) => !codes.includes(String(code))),
      [],
    );
  });
  await t.test('lib-users-config(5) has every key of the schema', () => {
    const text = asMandoc(made.get('lib-users-config.5') ?? '');
    for (const key of ['kind', 'labels', 'scan.ignore_literal', 'policy[].signal', 'check.accept[].until']) {
      assert.ok(text.includes(`\n       ${key} (`), key);
    }
    assert.ok(text.includes(readFileSync(join(projectRoot, 'docs/config.example.yaml'), 'utf8').split('\n')[0] ?? ''));
  });
  await t.test('the date is that of the source', () => {
    const dated = pages(t, { SOURCE_DATE_EPOCH: '1700000000' });
    assert.match(dated.get('lib-users.1') ?? '', /^\.TH LIB\\-USERS 1 "2023-11-14"/m);
  });
});

test('text that looks like roff is text', async (t) => {
  if (!needs(t, ...tools)) return;
  const { page, paragraph, section, literal } = await import(join(projectRoot, 'scripts/man/roff.mjs'));
  const words = ['.SH', "'hi", '\\fBx\\fR', '\\', '"a"', '--flag', '\\n(.g', '§…', '%', '.', "'"];
  const about = { name: 'x', number: 1, summary: 'y', date: '2026-01-01', version: '1' };
  const prose = words.map((word) => `${word} ${'w'.repeat(69)}`).join(' ');
  const roff = page(about, section('prose', paragraph(prose)), section('literal', literal(words.join('\n'))));
  for (const text of [asMandoc(roff), asGroff(roff)]) {
    assert.ok(text.replace(/\s+/g, ' ').includes(prose), text);
    for (const word of words)
      assert.ok(
        text.split('\n').some((line) => line.trim() === word),
        word,
      );
  }
  assert.equal(run('groff', ['-man', '-ww', '-Tutf8', '-z'], roff), '');
});

test('the example of the configuration is a good one', () => {
  const [file, ...args] = commandLine(['rules', '--no-config', '--config', 'docs/config.example.yaml']);
  run(file, args);
});
