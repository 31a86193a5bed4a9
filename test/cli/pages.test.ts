// --format html of every command, and fleet --expect, as users call them.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Fleet } from '../../src/documents/generated/fleet.ts';
import { errorDocument, runCli } from '../support/cli.ts';
import { attributeOf, elementsOf, parsePage, textOf } from '../support/page-outline.ts';
import { projectRoot } from '../support/project.ts';
import { temporaryFolder } from '../support/temporary.ts';

const sample = (kind: string) => join(projectRoot, `test/fixtures/documents/${kind}.json`);
const headings = (page: string): string[] =>
  [...elementsOf(parsePage(page))].filter(({ tagName }) => tagName === 'h2').map((each) => textOf(each));

const commands: [args: string[], code: number, heading: string][] = [
  [['scan'], 0, 'Units and programs'],
  [['plan', sample('report')], 0, 'Commands, in this order'],
  [['check', sample('report')], 5, 'Remaining'],
  [['check', sample('drift')], 5, 'Resolved'],
  [['fleet', sample('report')], 0, 'All hosts and their units'],
  [['fleet', sample('report'), '--cve', 'CVE-2026-32776'], 4, 'Who lacks CVE-2026-32776 in memory'],
];
for (const [args, code, heading] of commands) {
  test(`${args[0]} ${args.slice(2).join(' ')} --format html: a page, with the exit code of every format (${code})`, (t) => {
    const folder = temporaryFolder(t, {});
    const file = join(folder, 'page.html');
    const config = args[1]?.endsWith('drift.json') ? [] : ['--no-config'];
    const printed = runCli([...args, ...config, '--format', 'html']);
    assert.equal(printed.code, code, printed.stderr);
    assert.ok(headings(printed.stdout).includes(heading), heading);
    const kept = runCli([...args, ...config, '--json', '--also', `html=${file}`]);
    assert.equal(kept.code, code, kept.stderr);
    assert.equal(headings(readFileSync(file, 'utf8')).join(), headings(printed.stdout).join());
    assert.match(JSON.parse(kept.stdout).kind, /^lib-users\//);
  });
}

test('fleet --expect: who never reported is in the document, in the text and in the page', (t) => {
  const folder = temporaryFolder(t, { hosts: '# all\nweb-1.example.org\ncache-1\n' });
  const args = ['fleet', sample('report'), '--no-config', '--expect', join(folder, 'hosts')];
  const document = JSON.parse(runCli([...args, '--json']).stdout) as Fleet;
  assert.deepEqual(document.never_reported, ['cache-1']);
  assert.match(runCli([...args, '--format', 'text']).stdout, /\nnever reported\n {2}cache-1\n/);
  const page = parsePage(runCli([...args, '--format', 'html']).stdout);
  const section = [...elementsOf(page)].find((each) => attributeOf(each, 'aria-labelledby') === 'unseen');
  assert.match(textOf(section!), /\bcache-1\b/);
  assert.equal(runCli([...args, '--fail-on', 'reboot,incomplete']).code, 5);
  assert.equal(runCli([...args, '--require-complete']).code, 4);
  const told = runCli(['fleet', '-', '--no-config', '--json', '--expect', join(folder, 'hosts')], {
    input: readFileSync(sample('report')),
  });
  assert.deepEqual((JSON.parse(told.stdout) as Fleet).never_reported, ['cache-1']);
});

test('fleet --expect: a list that cannot be read, and standard input twice, are errors', (t) => {
  const folder = temporaryFolder(t, {});
  const missing = runCli(['fleet', sample('report'), '--no-config', '--json', '--expect', join(folder, 'none')]);
  assert.deepEqual([missing.code, missing.stdout], [2, '']);
  assert.match(errorDocument(missing).message, /^cannot read .*none \(ENOENT\)$/);
  const twice = runCli(['fleet', '-', '--no-config', '--json', '--expect', '-']);
  assert.deepEqual([twice.code, errorDocument(twice).message], [2, '- is given twice']);
});
