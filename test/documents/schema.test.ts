// The contract itself: closed and described schemas, samples on both sides, an independent validator, and the freeze.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type SchemaName, schemaNames } from '../../src/documents/generated/schemas.ts';
import { validateDocument } from '../../src/documents/validate.ts';
import { runCli } from '../support/live.ts';
import { needs } from '../support/needs.ts';
import { commandLine } from '../support/program.ts';
import { projectRoot } from '../support/project.ts';

const fixtures = join(projectRoot, 'test/fixtures');
const readJson = (...path: string[]) => JSON.parse(readFileSync(join(...path), 'utf8'));
const schemaFile = (name: string) => join(projectRoot, 'schema', `${name}.schema.json`);

interface Node {
  $ref?: string;
  type?: string;
  description?: string;
  properties?: Record<string, Node>;
  additionalProperties?: unknown;
  required?: string[];
}

function* objects(node: unknown, pointer = ''): Iterable<[string, Node]> {
  if (node === null || typeof node !== 'object') return;
  if ('properties' in node) yield [pointer, node as Node];
  for (const [key, child] of Object.entries(node)) yield* objects(child, `${pointer}/${key}`);
}

/** Fields that came with a minor version: always written, but documents of an earlier minor version lack them. */
const laterFields: ReadonlySet<string> = new Set([
  'drift/accepted',
  'drift/unseen_users',
  'report/$defs/host/systemd_version',
  'report/$defs/host/kernel_fixes',
  'plan/$defs/reboot/fixes',
  'drift/$defs/drift_reboot/fixes',
  'fleet/$defs/fleet_cve/closed_by',
  'fleet/$defs/cve_package/closed_by',
  'report/$defs/systemd/names',
  'report/$defs/systemd/fragment_present',
  'report/$defs/unit/sessions',
  'plan/$defs/action/remarks',
  'report/$defs/scan/caller',
  'report/$defs/scan/blocked',
  'report/$defs/scan/unseen',
  'report/$defs/process_counts/blocked',
  'plan/clean',
  'plan/daemon_reload',
  'plan/unseen_users',
  'plan/$defs/action/callers_own',
  'drift/reboot',
  'drift/$defs/drift_reboot/unknown_because',
  'fleet/fail_on',
  'fleet/verdict',
  'fleet/$defs/fleet_host/stale',
  'fleet/$defs/fleet_host/reboot_reasons',
  'fleet/$defs/fleet_host/verdict',
  'fleet/$defs/fleet_host/incomplete_because',
  'fleet/$defs/fleet_host/fixes_unknown',
  'drift/$defs/container/cgroup',
  'plan/$defs/container/cgroup',
  'plan/$defs/reboot/unknown_because',
  'report/$defs/container/cgroup',
  'report/$defs/reboot/unknown_because',
  'report/kernel_held',
  'report/$defs/unit_file/path_source',
  'report/$defs/map/path_source',
  'report/$defs/fd/path_source',
  'report/$defs/executable/path_source',
  'plan/held',
  'plan/$defs/because/held_bytes',
  'plan/$defs/because/path_base64',
  'plan/$defs/planned_process/executable_base64',
  'plan/$defs/ignored/path_base64',
  'plan/$defs/ignored/held_bytes',
  'report/$defs/fixes/incomplete_because',
  'report/$defs/package_in_use/replaced_by',
  'report/$defs/map/fs_type',
  'report/$defs/map/held_bytes',
  'report/$defs/summary/held_memory_bytes',
  'report/$defs/unit/held_memory_bytes',
  'report/$defs/unit_file/held_memory_bytes',
  'report/$defs/scan/cut',
  'drift/allow_incomplete',
  'drift/allow_unseen_users',
  'drift/$defs/process_counts/blocked',
  'drift/expired',
  'drift/$defs/report_reference/duration_seconds',
  'drift/$defs/report_reference/processes',
  'drift/$defs/report_reference/held_bytes',
  'drift/$defs/report_reference/held_memory_bytes',
  'drift/$defs/report_reference/held_scratch_bytes',
  'drift/$defs/drift_reboot/by_default',
  'drift/$defs/accepted/file',
  'drift/$defs/accepted/line',
  'drift/$defs/finding/stale_since',
  'drift/$defs/finding/counted',
  'drift/fixes_only',
  'drift/fixes',
  'drift/$defs/finding/package',
  'drift/$defs/finding/fixes',
  'drift/$defs/finding/fixes_unknown_because',
  'drift/$defs/finding/undecided',
  'drift/$defs/package/running_version',
  'report/$defs/unit/users',
  'report/$defs/unit_file/owner',
  'report/$defs/map/owner',
  'report/$defs/fd/owner',
  'report/packages',
  'report/$defs/scan/fixes',
  'report/$defs/package/running_version',
  'plan/fixes',
  'plan/$defs/action/fixes',
  'plan/$defs/package/running_version',
  'fleet/cves',
  'fleet/cve',
  'fleet/never_reported',
  'fleet/$defs/fleet_host/stale_since',
  'fleet/$defs/fleet_unit/held_bytes',
  'fleet/$defs/fleet_unit/held_memory_bytes',
  'report/$defs/reboot/kernel_current',
  'report/$defs/reboot/livepatches',
  'report/$defs/host/microcode',
  'plan/microcode',
  'plan/$defs/reboot/kind',
  'plan/$defs/reboot/survivors',
  'drift/$defs/drift_reboot/kind',
  'fleet/$defs/fleet_host/reboot_kind',
  ...['report', 'plan', 'drift', 'fleet'].flatMap(sinceOfReasons),
  'report/related_units',
  'report/$defs/systemd/dependencies',
  'report/$defs/systemd/programs_present',
  'report/$defs/systemd/conditions_met',
  'report/$defs/systemd/starts_left',
  'plan/$defs/start_limit/left',
  'report/$defs/systemd/failure_action',
  'report/$defs/systemd/success_action',
  'report/$defs/systemd/start_limit_action',
  'report/$defs/systemd/job_timeout_action',
  'report/$defs/systemd/on_failure_job_mode',
  'report/$defs/systemd/on_success_job_mode',
  'report/$defs/systemd/survives_soft_reboot',
  'report/$defs/systemd/start_limit_burst',
  'report/$defs/systemd/start_limit_interval_seconds',
  'report/$defs/systemd/stop_timeout_seconds',
  'report/$defs/systemd/last_start_seconds',
  'report/$defs/systemd/kept_descriptors',
  'plan/$defs/action/impact',
  'plan/$defs/action/covered_by',
  'report/$defs/unit/sockets',
  'report/$defs/unit/outdated',
  'report/$defs/process/outdated',
  'report/$defs/scan/outdated',
  'drift/inferred',
  'drift/$defs/finding/confidence',
]);

/** Units that want a reboot come last, and have no such field. */
function sinceOfReasons(name: string): string[] {
  return Array.from({ length: 6 }, (_, index) => `${name}/$defs/reboot_reason/oneOf/${index}/since`);
}

for (const name of schemaNames) {
  test(`the ${name} schema is closed, and every property is described`, () => {
    const schema = readJson(schemaFile(name));
    for (const [pointer, node] of objects(schema)) {
      assert.equal(node.additionalProperties, false, `${pointer} is open`);
      for (const [key, property] of Object.entries(node.properties ?? {})) {
        const target = property.$ref ? schema.$defs[property.$ref.replace('#/$defs/', '')] : property;
        assert.ok(property.description ?? target.description, `${pointer}/properties/${key} has no description`);
        // No optional keys: absent is null or []. A configuration alone may leave things out.
        const required = !laterFields.has(`${name}${pointer}/${key}`);
        if (name !== 'config') assert.equal(node.required?.includes(key), required, `${pointer}/properties/${key}`);
      }
    }
  });

  test(`no key of the ${name} document is named like a method of a Python dict`, () => {
    const methods = [
      'items',
      'keys',
      'values',
      'get',
      'copy',
      'pop',
      'update',
      'clear',
      'setdefault',
      'fromkeys',
      'popitem',
    ];
    for (const [pointer, node] of objects(readJson(schemaFile(name)))) {
      for (const key of Object.keys(node.properties ?? {})) assert.ok(!methods.includes(key), `${pointer}/${key}`);
    }
  });

  test(`lib-users schema ${name} prints the file`, () => {
    const answer = runCli(['schema', name]);
    assert.equal(answer.status, 0, answer.stderr);
    assert.deepEqual(JSON.parse(answer.stdout), readJson(schemaFile(name)));
  });

  // A released schema is frozen: a change needs a new version, and a new file in schema/released/.
  test(`the ${name} schema is the released one of its version`, () => {
    const schema = readJson(schemaFile(name));
    const version = schema.$id.split(':').at(-1);
    const released = join(projectRoot, 'schema/released', `${name}-${version}.schema.json`);
    assert.ok(existsSync(released), `schema/released/${name}-${version}.schema.json is missing`);
    assert.deepEqual(schema, readJson(released), `${name} ${version} is released: give the change a new version`);
  });
}

for (const file of readdirSync(join(fixtures, 'documents'))) {
  const name = file.replace('.json', '') as SchemaName;
  test(`the worked example of a ${name} is valid`, async () => {
    assert.equal(await validateDocument(name, readJson(fixtures, 'documents', file)), null);
  });
}

/** Each row sets one thing of the worked report (undefined takes it out), and the violation must be found at the pointer. */
const changes: [name: string, at: string, value: unknown, pointer?: string][] = [
  ['a number as a string', '/scan/processes/seen', '214'],
  ['a negative count', '/summary/units', -1],
  ['a time with fractions', '/generated_at', '2026-11-23T07:40:12.5Z'],
  ['a time of another zone', '/generated_at', '2026-11-23T07:40:12+01:00'],
  ['another document', '/kind', 'lib-users/plan'],
  ['another major', '/schema_version', '2.0.0'],
  ['an unknown key', '/host/extra', 1, '/host'],
  ['a missing key', '/scan/complete', undefined, '/scan'],
  ['a state outside the list', '/units/0/files/0/state', 'deleted'],
  ['an inode as a number', '/processes/0/maps/0/inode', 1],
  ['a uid past 32 bits', '/processes/0/user/uid', 2 ** 32],
  ['a warning outside the list', '/warnings/0/code', 'other'],
];
for (const [name, at, value, pointer = at] of changes) {
  test(`an invalid report: ${name}`, async () => {
    const report = readJson(fixtures, 'documents/report.json');
    const keys = at.split('/').slice(1);
    const last = keys.pop() ?? '';
    const parent = keys.reduce((node, key) => node[key], report);
    if (value === undefined) delete parent[last];
    else parent[last] = value;
    const violation = await validateDocument('report', report);
    assert.ok(violation, 'found to be invalid');
    assert.ok(violation.pointer.startsWith(pointer), violation.pointer);
  });
}

test('a real report is valid for an independent validator (Python jsonschema, draft 2020-12)', (t) => {
  const python = join(projectRoot, '.venv/bin/python');
  if (!needs(t, 'jsonschema')) return;
  const script = `
import json, subprocess, sys
from jsonschema import Draft202012Validator
program = sys.argv[1:]
run = lambda *args: json.loads(subprocess.run([*program, *args], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=True).stdout)
schema = run('schema', 'report')
Draft202012Validator.check_schema(schema)
Draft202012Validator(schema).validate(run('scan', '--no-config', '--format', 'json', '--command-line', 'full', '--no-default-rules'))
`;
  const answer = spawnSync(python, ['-c', script, ...commandLine()], { encoding: 'utf8' });
  assert.equal(answer.status, 0, answer.stderr);
});
