// Real parsers of the formats that we write, run once for many texts: what they read back is compared with what we meant.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from './project.ts';

const python =
  [join(projectRoot, '.venv/bin/python'), '/usr/bin/python3'].find((path) => existsSync(path)) ?? 'python3';

function run(command: string, args: string[], input: string): string {
  const { status, stdout, stderr } = spawnSync(command, args, { input, encoding: 'utf8', maxBuffer: 1 << 28 });
  if (status !== 0) throw new Error(`${command} ended with ${status}: ${stderr}`);
  return stdout;
}

export interface Sample {
  name: string;
  labels: Record<string, string>;
  /** As Python writes it: JSON has no infinity. */
  value: string;
}

/** The samples of each text, as prometheus_client's strict OpenMetrics parser reads them. */
export function parseOpenmetrics(texts: readonly string[]): Sample[][] {
  const program = `
import json, sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse
read = lambda text: [dict(name=s.name, labels=s.labels, value=repr(s.value)) for f in parse(text) for s in f.samples]
print(json.dumps([read(text) for text in json.load(sys.stdin)]))`;
  return JSON.parse(run(python, ['-c', program], JSON.stringify(texts)));
}

/** The same by prometheus_client's parser of the older text format, which node_exporter's textfile collector reads. */
export function parsePrometheus(texts: readonly string[]): Sample[][] {
  const program = `
import json, sys
from prometheus_client.parser import text_string_to_metric_families as parse
read = lambda text: [dict(name=s.name, labels=s.labels, value=repr(s.value)) for f in parse(text) for s in f.samples]
print(json.dumps([read(text) for text in json.load(sys.stdin)]))`;
  return JSON.parse(run(python, ['-c', program], JSON.stringify(texts)));
}

/** What promtool says of a text; it ends with an error where the text is wrong or breaks a naming convention. */
export function lintMetrics(text: string): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' });
  return { status, output: stdout + stderr };
}

export interface Case {
  name: string;
  outcome: string | null;
  message: string | null;
  text: string;
}
export interface Suite {
  attributes: Record<string, string>;
  cases: Case[];
}

/** The suite of each text, as expat reads it. */
export function parseJunit(texts: readonly string[]): Suite[] {
  const program = `
import json, sys
from xml.etree import ElementTree
def read(text):
    suite = ElementTree.fromstring(text.encode()).find('testsuite')
    cases = []
    for case in suite.iter('testcase'):
        child = next(iter(case), None)
        cases.append(dict(name=case.get('name'), outcome=None if child is None else child.tag,
                          message=None if child is None else child.get('message'), text='' if child is None else child.text or ''))
    return dict(attributes=suite.attrib, cases=cases)
print(json.dumps([read(text) for text in json.load(sys.stdin)]))`;
  return JSON.parse(run(python, ['-c', program], JSON.stringify(texts)));
}

/** What xmllint finds wrong with any of the texts against junit-10.xsd of the Jenkins xUnit plugin; '' where nothing. */
export function lintJunit(texts: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'lib-users-junit-'));
  try {
    const files = texts.map((text, index) => {
      const path = join(folder, `${index}.xml`);
      writeFileSync(path, text);
      return path;
    });
    const schema = join(projectRoot, 'test/fixtures/junit/junit-10.xsd');
    const { status, stderr } = spawnSync('xmllint', ['--noout', '--nonet', '--schema', schema, ...files], {
      encoding: 'utf8',
    });
    return status === 0 ? '' : stderr;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export interface Perf {
  label: string;
  value: number;
  uom: string;
  warning: string;
  critical: string;
}

/** The performance data of each line, as Monitoring::Plugin reads what stands after the bar. */
export function parsePerfdata(lines: readonly string[]): Perf[][] {
  const program = `
use JSON::PP; use Monitoring::Plugin::Performance;
local $/; my $lines = decode_json(<STDIN>);
my @all = map { [ map { my $p = $_; +{ label => $p->label, value => 0 + $p->value, uom => $p->uom // '',
  warning => defined $p->warning ? "" . $p->warning : '', critical => defined $p->critical ? "" . $p->critical : '' } }
  Monitoring::Plugin::Performance->parse_perfstring($_) ] } @$lines;
print encode_json(\\@all);`;
  return JSON.parse(run('perl', ['-e', program], JSON.stringify(lines)));
}

/** Workflow commands as the runner of GitHub Actions takes a line apart (its ActionCommand.TryParseV2). */
export function parseWorkflowCommand(line: string): { command: string; title: string; message: string } | null {
  const [, command, properties, data] = /^\s*::([^ :]+)(?: ([^:]*))?::(.*)$/s.exec(line) ?? [];
  if (command === undefined || data === undefined) return null;
  const title = (properties ?? '')
    .split(',')
    .map((pair) => pair.split('='))
    .find(([name]) => name === 'title');
  const unescapeData = (text: string) => text.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%');
  const unescapeProperty = (text: string) => unescapeData(text.replaceAll('%3A', ':').replaceAll('%2C', ','));
  return { command, title: unescapeProperty((title?.slice(1) ?? []).join('=')), message: unescapeData(data) };
}
