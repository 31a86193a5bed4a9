// Every command of docs/cookbook.md, run by bash on the worked examples with the real tools: its exit code and its
// output. Only ssh, sudo and systemctl are played: ssh runs the command for real, but hands back a host of the examples.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import { parse } from 'yaml';
import type { Report } from '../../src/documents/generated/report.ts';
import { plainEnvironment } from '../support/cli.ts';
import { type Block, readCookbook } from '../support/cookbook.ts';
import { readGolden } from '../support/golden.ts';
import { needs } from '../support/needs.ts';
import { shellWords } from '../support/program.ts';
import { projectRoot } from '../support/project.ts';
import { report } from '../support/reports.ts';

const folder = mkdtempSync(join(tmpdir(), 'lib-users-cookbook-'));
const foreignTools = ['jq', 'promtool', 'amtool', 'icinga2', 'visudo', 'systemd-analyze'] as const;

const programs: Readonly<Record<string, string>> = {
  'lib-users': `exec ${shellWords()} "$@"`,
  sudo: 'exec "$@"',
  systemctl: `printf '%s\\n' "$*" >> '${folder}/systemctl.log'`,
  ssh: `host=$1; shift; "$@" > /dev/null || exit; cat "${folder}/$host.json"`,
};

const libssl = { manager: 'dpkg', name: 'libssl3', version: '3.0.22-1~deb12u2' } as const;
const libc = { manager: 'dpkg', name: 'libc6', version: '2.36-9+deb12u14' } as const;

before(() => {
  // icinga2 gives up root before it reads its configuration.
  chmodSync(folder, 0o755);
  const golden = readGolden<Report>('report');
  const restarted = new Set(['cron.service', 'nginx.service']);
  const db = report({ scan: { complete: false } });
  const documents = {
    report: golden,
    plan: readGolden('plan'),
    drift: readGolden('drift'),
    fleet: readGolden('fleet'),
    fixes: withFixes(golden),
    before: golden,
    after: {
      ...golden,
      generated_at: '2026-11-23T08:10:00Z',
      units: golden.units.filter(({ name }) => !restarted.has(name)),
      processes: golden.processes.filter(({ unit }) => unit === null || !restarted.has(unit.name)),
    },
    'web-1': golden,
    'db-1': { ...db, host: { ...db.host, hostname: 'db-1', id: null } },
  };
  for (const [name, document] of Object.entries(documents))
    write(`${name}.json`, `${JSON.stringify(document, null, 2)}\n`);
  symlinkSync(join(projectRoot, 'packaging'), join(folder, 'packaging'));
  write('inventory', 'db-1\nmail-1\nweb-1\n');
  mkdirSync(join(folder, 'reports'));
  for (const [name, body] of Object.entries(programs)) {
    write(`bin/${name}`, `#!/bin/bash\n${body}\n`);
    chmodSync(join(folder, 'bin', name), 0o755);
  }
});
after(() => rmSync(folder, { recursive: true, force: true }));

/** The worked example as it is with --fixes. */
function withFixes(report: Report): Report {
  const owner = (path: string) =>
    path.endsWith('/libssl.so.3')
      ? { ...libssl, running_version: '3.0.20-1~deb12u2' }
      : path.endsWith('/libc.so.6')
        ? libc
        : null;
  const owned = <File extends { path: string }>(file: File) => ({ ...file, package: owner(file.path) });
  const own = { system: { scope: 'system', user: null } } as const;
  return {
    ...report,
    units: report.units.map((unit) => ({ ...unit, files: unit.files.map(owned) })),
    processes: report.processes.map((process) => ({ ...process, maps: process.maps.map(owned) })),
    packages: [
      {
        ...{ name: 'libc6', source: 'glibc', manager: 'dpkg', installed_version: libc.version, running_version: null },
        ...{ evidence: null, replaced_at: null, fixes: null, unknown_because: 'no_changelog', pids: [640] },
        units: [{ ...own.system, name: 'cron.service' }],
      },
      {
        ...{ name: 'libssl3', source: 'openssl', manager: 'dpkg', installed_version: libssl.version },
        ...{ running_version: '3.0.20-1~deb12u2', evidence: 'file_time', replaced_at: '2026-11-23T06:58:40Z' },
        fixes: { count: 2, cves: ['CVE-2026-34182', 'CVE-2026-28390'], complete: true },
        ...{ unknown_because: null, pids: [812, 813] },
        units: [{ ...own.system, name: 'nginx.service' }],
      },
    ],
  };
}
function write(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

function bash(command: string) {
  return spawnSync('bash', ['-euo', 'pipefail', '-c', command], {
    cwd: folder,
    encoding: 'utf8',
    env: plainEnvironment({ PATH: `${folder}/bin:${process.env.PATH}:/usr/sbin` }),
    input: '',
  });
}

/** Whether the tools of a command are here; if they are not, the test is skipped. */
const needsToolsOf = (t: TestContext, command: string) =>
  needs(t, ...foreignTools.filter((name) => command.includes(name)));

/** The commands inside a file: by a path of keys in YAML (\`*\` is every entry), or by a pattern on its lines. */
function commandsIn({ attributes, content }: Block): string[] {
  const where = attributes.commands;
  if (where === undefined) return [];
  if (where.startsWith('^')) {
    const found = [...content.matchAll(new RegExp(where, 'gm'))].map(([, command]) => command!);
    // Some write an argument vector.
    return found.map((command) =>
      command.startsWith('"') ? (JSON.parse(`[${command}]`) as string[]).join(' ') : command,
    );
  }
  let found: unknown[] = [parse(content)];
  for (const key of where.split('.')) {
    const children = (node: unknown) =>
      key === '*' ? Object.values(node as object) : [(node as Record<string, unknown>)[key]];
    found = found.flatMap(children);
  }
  return found.filter((command) => typeof command === 'string');
}

for (const block of readCookbook()) {
  const { title, line, attributes, content, prints } = block;
  const { file } = attributes;
  if (file !== undefined) {
    test(`line ${line}, ${title}: ${file}`, (t) => {
      write(file, content);
      const commands = commandsIn(block);
      assert.ok(attributes.commands === undefined || commands.length > 0);
      for (const command of commands) {
        if (!needsToolsOf(t, command)) return;
        const { status, stdout, stderr } = bash(command.replaceAll('/usr/bin/lib-users', 'lib-users'));
        // A plugin judges this very machine.
        if (command.includes('--format nagios')) assert.match(stdout, /^LIB_USERS (?:OK|WARNING|CRITICAL|UNKNOWN) - /);
        // Only the last one may close a gate.
        const code = command === commands.at(-1) ? Number(attributes.exit ?? 0) : 0;
        if (!command.includes('--format nagios')) assert.equal(status, code, `${command}\n${stdout}${stderr}`);
      }
    });
    continue;
  }
  test(`line ${line}, ${title}`, (t) => {
    assert.equal(block.language, 'sh');
    if (!needsToolsOf(t, content)) return;
    const { status, stdout, stderr } = bash(content);
    assert.equal(status, Number(attributes.exit ?? 0), stdout + stderr);
    if (prints !== null) assert.equal(stdout, prints);
  });
}

test('the first recipe has restarted the services of the plan', (t) => {
  // Without jq it was skipped.
  if (!needs(t, 'jq')) return;
  // Scans of this machine ask systemctl as well, if another test has made a process of a unit.
  const calls = readFileSync(join(folder, 'systemctl.log'), 'utf8').split('\n');
  const changes = calls.filter((call) => call !== '' && call !== '--version' && !call.startsWith('show '));
  assert.deepEqual(changes, ['try-restart -- cron.service nginx.service']);
});
