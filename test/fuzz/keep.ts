// Inputs on disk: one that failed, for whoever mends it, and what a long run adds to the corpus.

import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { failureFolder, type Target } from './engine.ts';
import { corpusFolder } from './targets.ts';

/** Where the input now is. */
export function keepFailure(target: Target, input: Buffer): string {
  return write(failureFolder(target.name), input);
}

export function keepInCorpus(target: Target, input: Buffer): string {
  return write(corpusFolder(target), input);
}

function write(folder: string, input: Buffer): string {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, createHash('sha256').update(input).digest('hex').slice(0, 12));
  writeFileSync(path, input);
  return path;
}
