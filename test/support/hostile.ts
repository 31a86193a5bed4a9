// Hostile processes for live tests.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { python, someLibrary, workFolder } from './live.ts';
import { projectRoot } from './project.ts';

export interface Creature {
  child: ChildProcess & { pid: number };
  /** The copy of a library that it maps. */
  library: string;
  /** The first line that it printed. */
  said: string;
}

/** Starts a process of hostile-process.py; it ends with the test. */
export async function startCreature(t: TestContext, trait: string, ...rest: string[]): Promise<Creature> {
  const library = join(workFolder(t), 'libdemo.so');
  copyFileSync(someLibrary(), library);
  const argv = [join(projectRoot, 'test/support/hostile-process.py'), library, trait, ...rest];
  const child = spawn(python as string, argv, { stdio: ['pipe', 'pipe', 'inherit'] });
  t.after(() => child.kill('SIGKILL'));
  const said = await new Promise<string>((resolve, reject) => {
    child.once('error', reject);
    child.stdout.once('data', (chunk: Buffer) => resolve(String(chunk).trim()));
    child.once('exit', (code, signal) => reject(new Error(`${trait} ended with ${code ?? signal}`)));
  });
  return { child: child as Creature['child'], library, said };
}

/** Whether a simple look at the paths hangs. A test that a scan does not hang there needs that. */
export function naiveLookHangs(...paths: string[]): boolean {
  const { signal } = spawnSync('stat', ['-L', ...paths], { timeout: 1000, killSignal: 'SIGKILL', stdio: 'ignore' });
  return signal === 'SIGKILL';
}
