// Runs a program to its end without blocking, its output in memory.

import { spawn } from 'node:child_process';

export interface Answer {
  status: number | null;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  input?: string | Uint8Array;
  /** False: a status other than 0 is an answer as well. */
  check?: boolean;
  /** In milliseconds, after which it is killed; a minute unless told otherwise. */
  timeout?: number;
}

export async function run(argv: readonly string[], options: RunOptions = {}): Promise<Answer> {
  const { input = '', check = true, timeout = 60_000 } = options;
  const [program = '', ...rest] = argv;
  const child = spawn(program, rest, { stdio: 'pipe', timeout, killSignal: 'SIGKILL' });
  const output: Buffer[] = [];
  const errors: Buffer[] = [];
  child.stdout.on('data', (chunk) => output.push(chunk));
  child.stderr.on('data', (chunk) => errors.push(chunk));
  // A program that does not read its input closes the pipe.
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const status = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const answer = { status, stdout: Buffer.concat(output).toString(), stderr: Buffer.concat(errors).toString() };
  if (check && status !== 0) throw new Error(`${argv.join(' ')} ended with ${status}\n${answer.stderr}`);
  return answer;
}
