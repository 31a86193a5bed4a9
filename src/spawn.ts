// Starts other programs, and nothing else here does: an argument vector, no shell, no stdin, a clean environment, a deadline.
// Every outcome is a value.

export type SpawnOutcome =
  | { kind: 'ok'; status: number; stdout: Buffer; stderr: Buffer }
  | { kind: 'missing' }
  | { kind: 'timeout' }
  | { kind: 'too_large' }
  | { kind: 'killed'; signal: string }
  | { kind: 'failed'; code: string };

export interface SpawnLimits {
  /** Milliseconds, at least 1; the program is killed then. */
  deadlineMs: number;
  /** More bytes than this on stdout or on stderr end the program. */
  maxBytes: number;
}

export type Run = (file: string, args: readonly string[], limits: SpawnLimits) => SpawnOutcome;

const fallbackPath = '/usr/sbin:/usr/bin:/sbin:/bin';
const kinds: Record<string, 'missing' | 'timeout' | 'too_large'> = {
  ENOENT: 'missing',
  ETIMEDOUT: 'timeout',
  ENOBUFS: 'too_large',
};

/** `file` is looked up in the caller's PATH. Any exit status is `ok`. */
export const run: Run = (file, args, { deadlineMs, maxBytes }) => {
  // Loaded on first use, because a scan of a healthy host starts no other program.
  const { spawnSync } = require('node:child_process') as typeof import('node:child_process');
  const result = spawnSync(file, args, {
    cwd: '/',
    env: { PATH: absolutePath(process.env.PATH), LC_ALL: 'C' },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: Math.max(1, deadlineMs),
    killSignal: 'SIGKILL',
    maxBuffer: maxBytes,
  });
  if (result.error) {
    const code = (result.error as NodeJS.ErrnoException).code ?? 'unknown';
    return kinds[code] ? { kind: kinds[code] } : { kind: 'failed', code };
  }
  // Real-time signals have no name. A program without an exit status has not ended by itself either.
  if (result.signal || result.status === null) return { kind: 'killed', signal: result.signal || 'a real-time signal' };
  return { kind: 'ok', status: result.status, stdout: result.stdout, stderr: result.stderr };
};

/** One sentence about an outcome that is not ok. */
export function explainOutcome(
  file: string,
  outcome: Exclude<SpawnOutcome, { kind: 'ok' }>,
  limits: SpawnLimits,
): string {
  const explanations = {
    missing: `${file} is not installed`,
    timeout: `${file} did not answer within ${limits.deadlineMs / 1000} seconds`,
    too_large: `${file} answered more than ${limits.maxBytes} bytes`,
  };
  if (outcome.kind === 'killed') return `${file} was ended by ${outcome.signal}`;
  if (outcome.kind === 'failed') return `${file} could not be run (${outcome.code})`;
  return explanations[outcome.kind];
}

/** The PATH without relative and empty entries, because root works in folders that belong to others. */
function absolutePath(path: string | undefined): string {
  const entries = (path ?? '').split(':').filter((entry) => entry.startsWith('/'));
  return entries.length > 0 ? entries.join(':') : fallbackPath;
}
