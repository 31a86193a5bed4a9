// The worked examples, which follow from each other: report -> plan -> drift, fleet, error.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from './project.ts';

/** A fresh copy each time, so that a test may change it. */
export function readGolden<D>(name: 'report' | 'plan' | 'drift' | 'fleet' | 'error'): D {
  return JSON.parse(readFileSync(join(projectRoot, 'test/fixtures/documents', `${name}.json`), 'utf8')) as D;
}
