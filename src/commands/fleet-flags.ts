// The flags of fleet -> the gate that it judges by, and the exit code of the verdict.

import { boolean, option, string } from '@oclif/core/flags';
import type { FlagsOf, ResultFlags } from '../cli/base-command.ts';
import type { Fleet, FleetCause } from '../documents/generated/fleet.ts';
import { LibUsersError } from '../errors.ts';
import { verdictExitCodes } from '../exit-codes.ts';
import type { FleetGate } from '../fleet/gate.ts';

const causes = ['any', 'reboot', 'incomplete'] as const satisfies FleetCause[];

export const fleetGateFlags = {
  'fail-on': option({
    options: causes,
    multiple: true,
    multipleNonGreedy: true,
    delimiter: ',',
    helpValue: 'CAUSE',
    description:
      'Close the gate (exit code 5) if any host has: any (something stale that counts), reboot (a required reboot), incomplete (what could not be seen or read). Several by a comma or by giving it again. Without it there is no gate; with --format junit it is any,incomplete.',
  })(),
  'allow-incomplete': boolean({
    description: 'Let the gate open even if not everything could be seen or read.',
  }),
};

export const cveFlag = {
  cve: string({
    helpValue: 'ID',
    description:
      'Ask for one security fix: which hosts still run code without it, although it is on disk (exit code 5), and for which hosts that cannot be known (4). It needs reports of scan --fixes.',
  }),
};

export const expectFlag = {
  expect: string({
    helpValue: 'FILE',
    description:
      'A file with the names of the hosts that should report, one a line, or - for standard input: those of which no report was read are named. For --fail-on and --cve they count as inputs that could not be read.',
  }),
};

type FleetFlags = FlagsOf<typeof fleetGateFlags & typeof cveFlag> & ResultFlags;

export function fleetGate(flags: FleetFlags): FleetGate {
  const given = new Set(flags['fail-on'] ?? (writesJunit(flags) ? ['any', 'incomplete'] : []));
  const failOn = causes.filter((cause) => given.has(cause));
  if (flags['allow-incomplete'] && flags['fail-on']?.includes('incomplete')) {
    throw new LibUsersError('usage', '--allow-incomplete contradicts --fail-on incomplete', 'leave one of them out');
  }
  const allowIncomplete = flags['allow-incomplete'] && !flags['require-complete'];
  return { failOn: allowIncomplete ? failOn.filter((cause) => cause !== 'incomplete') : failOn, allowIncomplete };
}

/** A file of test cases always holds a verdict. */
function writesJunit({ format, also }: FleetFlags): boolean {
  return format === 'junit' || (also ?? []).some((copy) => copy.startsWith('junit='));
}

export function parseCve({
  cve,
  'fail-on': failOn,
  'allow-incomplete': allowIncomplete,
}: Pick<FleetFlags, 'cve' | 'fail-on'> & Partial<Pick<FleetFlags, 'allow-incomplete'>>): string | null {
  if (cve === undefined) return null;
  if (allowIncomplete) {
    const message =
      '--allow-incomplete is about --fail-on, and --cve says by itself what cannot be known (exit code 4)';
    throw new LibUsersError('usage', message, 'leave --allow-incomplete out');
  }
  if (failOn !== undefined) {
    throw new LibUsersError('usage', '--cve and --fail-on ask two questions', 'ask one after the other');
  }
  const id = cve.toUpperCase();
  if (/^CVE-[0-9]{4}-[0-9]{4,19}$/.test(id)) return id;
  throw new LibUsersError('usage', `--cve ${JSON.stringify(cve)}: not a CVE id`, 'as in --cve CVE-2026-32776');
}

/** The unknown has an exit code of its own, unless the gate was told to close on it. */
export function fleetExitCode({ verdict = null, fail_on = [], cve = null }: Fleet): number {
  if (cve !== null) return verdictExitCodes[cve.verdict];
  if (verdict === 'incomplete' && fail_on.includes('incomplete')) return verdictExitCodes.drift;
  return verdictExitCodes[verdict ?? 'pass'];
}
