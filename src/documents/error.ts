// An error -> the error document, and any thrown value -> an error that can be reported.

import { LibUsersError } from '../errors.ts';
import { tool } from '../version.ts';
import type { ErrorDocument } from './generated/error.ts';
import { schemaVersions } from './generated/versions.ts';
import { formatTime } from './time.ts';

export function buildErrorDocument(error: LibUsersError, now: Date): ErrorDocument {
  return {
    kind: 'lib-users/error',
    schema_version: schemaVersions.error,
    tool: { ...tool },
    generated_at: formatTime(now.getTime()),
    error: { code: error.code, message: error.message, hint: error.hint, exit_code: error.exitCode },
  };
}

/** An error that nobody expected is a defect of ours: code internal, exit code 70. */
export function asLibUsersError(thrown: unknown): LibUsersError {
  if (thrown instanceof LibUsersError) return thrown;
  const what = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
  const where = thrown instanceof Error ? (/^ +at .*$/m.exec(thrown.stack ?? '')?.[0].trim() ?? '') : '';
  return new LibUsersError(
    'internal',
    `this is a defect in lib-users: ${what}${where && ` (${where})`}`,
    'please report it, with the command that you ran',
  );
}
