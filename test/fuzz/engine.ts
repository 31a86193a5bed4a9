// Coverage-guided fuzzing: an input that reaches new code is kept and changed further. Whole batches are run between two
// looks at the counters; only a batch that reached something new is halved until the input that did so is found.

import { join } from 'node:path';
import { projectRoot } from '../support/project.ts';
import { Coverage } from './coverage.ts';
import { mutate as mutateBytes } from './mutate.ts';
import { Random } from './random.ts';
import { Watchdog } from './watchdog.ts';

export interface Target {
  name: string;
  /**
   * Takes one input through its reader and throws if something that must hold does not. The returned value describes the result of
   * the reader: a description that never came before counts as new coverage, since the inside of a regular expression has no counters.
   */
  run(input: Buffer): string | Promise<string>;
  mutate?: typeof mutateBytes;
}

export interface Limits {
  seed: number;
  /** The run ends at the earlier of the two bounds. */
  runs: number;
  seconds: number;
}

export interface Outcome {
  runs: number;
  /** Inputs that reached something new, beyond those of the corpus. */
  kept: Buffer[];
  failure: { input: Buffer; error: unknown } | null;
}

export const failureFolder = (name: string): string => join(projectRoot, 'build/fuzz', name);

const batchSize = 64;
/** No input may take more processor time, even on a busy machine: a reader that needs seconds for 64 KiB can be made to need hours. */
const mostMilliseconds = 5000;

class Failure extends Error {
  readonly input: Buffer;

  constructor(input: Buffer, cause: unknown) {
    super('an input failed', { cause });
    this.input = input;
  }
}

/** The corpus alone; throws with the name of the first input that fails. */
export async function replay(target: Target, corpus: ReadonlyMap<string, Buffer>): Promise<void> {
  for (const [name, input] of corpus) {
    try {
      await runOne(target, input);
    } catch (error) {
      throw new Error(`${target.name}: ${name}`, { cause: (error as Failure).cause });
    }
  }
}

/** @param url import.meta.url of the calling bundle */
export async function fuzz(target: Target, corpus: readonly Buffer[], limits: Limits, url: string): Promise<Outcome> {
  const random = new Random(limits.seed);
  const coverage = new Coverage(url);
  const descriptions = new Set<string>();
  const population = [...corpus];
  const deadline = performance.now() + limits.seconds * 1000;
  const mutate = target.mutate ?? mutateBytes;
  const watchdog = new Watchdog(failureFolder(target.name));
  let runs = 0;

  const run = async (input: Buffer): Promise<boolean> => {
    runs++;
    watchdog.begin(input);
    const description = await runOne(target, input);
    const isNew = !descriptions.has(description);
    descriptions.add(description);
    return isNew;
  };
  const search = async (batch: readonly Buffer[]): Promise<void> => {
    for (const input of batch) if (await run(input)) population.push(input);
    if (!coverage.takeNew(batch.length === 1)) return;
    if (batch.length === 1) population.push(batch[0]!);
    else {
      const middle = batch.length >> 1;
      await search(batch.slice(0, middle));
      await search(batch.slice(middle));
    }
  };

  try {
    for (const input of corpus) await run(input);
    coverage.takeNew(true);
    while (runs < limits.runs && performance.now() < deadline) {
      const batch = Array.from({ length: batchSize }, () => mutate(choose(population, random), random, population));
      await search(batch);
    }
    return { runs, kept: unique(population.slice(corpus.length)), failure: null };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { runs, kept: unique(population.slice(corpus.length)), failure: { input: error.input, error: error.cause } };
  } finally {
    coverage.close();
    watchdog.close();
  }
}

async function runOne(target: Target, input: Buffer): Promise<string> {
  const began = process.cpuUsage();
  try {
    const description = await target.run(input);
    const took = process.cpuUsage(began).user / 1000;
    if (took > mostMilliseconds) throw new Error(`took ${Math.round(took)} ms for ${input.length} bytes`);
    return description;
  } catch (error) {
    throw new Failure(input, error);
  }
}

/** Every other time one of the newest inputs, because those are the least explored. */
function choose(population: readonly Buffer[], random: Random): Buffer {
  const newest = Math.min(population.length, 16);
  const index = random.below(2) === 0 ? random.below(population.length) : population.length - 1 - random.below(newest);
  return population[index]!;
}

function unique(inputs: readonly Buffer[]): Buffer[] {
  return [...new Map(inputs.map((input) => [input.toString('latin1'), input])).values()];
}
