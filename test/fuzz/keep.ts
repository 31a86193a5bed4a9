// Saves inputs on disk: an input that failed, for the person who mends the reader, and new inputs of a long run for the corpus.

import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { failureFolder, type Target } from './engine.ts';
import { corpusFolder } from './targets.ts';

/** Returns the path of the input. */
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
