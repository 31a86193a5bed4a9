// Every fuzzed reader: those of bytes that other programs or people wrote. The corpus of each is the folder of its name.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../support/project.ts';
import type { Target } from './engine.ts';
import { changes } from './targets/changes.ts';
import { configuration } from './targets/configuration.ts';
import { microcode } from './targets/microcode.ts';
import { hostileProcess } from './targets/process.ts';
import { cgroup, maps, mountinfo, stat } from './targets/records.ts';
import { baseline, report } from './targets/report.ts';
import { small } from './targets/small.ts';

export const targets: readonly Target[] = [
  maps,
  cgroup,
  stat,
  mountinfo,
  report,
  baseline,
  hostileProcess,
  configuration,
  small,
  changes,
  microcode,
];

export function corpusFolder(target: Target): string {
  return join(projectRoot, 'test/fuzz/corpus', target.name);
}

/** By file name; never empty. */
export function readCorpus(target: Target): Map<string, Buffer> {
  const folder = corpusFolder(target);
  const names = readdirSync(folder).sort();
  return new Map(names.map((name) => [name, readFileSync(join(folder, name))]));
}
