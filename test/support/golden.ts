// The worked examples, each made from the one before it: report -> plan -> drift, fleet, error.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from './project.ts';

/** Returns a fresh copy each time, so that a test may change it. */
export function readGolden<D>(name: 'report' | 'plan' | 'drift' | 'fleet' | 'error'): D {
  return JSON.parse(readFileSync(join(projectRoot, 'test/fixtures/documents', `${name}.json`), 'utf8')) as D;
}
