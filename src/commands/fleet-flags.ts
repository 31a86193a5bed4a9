// The flags of fleet -> the gate that it judges by, and the exit code of the verdict.

import { boolean, option } from '@oclif/core/flags';
import type { FlagsOf, ResultFlags } from '../base-command.ts';
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
    description: 'Let the gate open though not everything could be seen or read.',
  }),
};

type FleetFlags = FlagsOf<typeof fleetGateFlags> & ResultFlags;

export function fleetGate(flags: FleetFlags): FleetGate {
  const given = new Set(flags['fail-on'] ?? (writesJunit(flags) ? ['any', 'incomplete'] : []));
  const failOn = causes.filter((cause) => given.has(cause));
  if (flags['allow-incomplete'] && flags['fail-on']?.includes('incomplete')) {
    throw new LibUsersError('usage', '--allow-incomplete contradicts --fail-on incomplete', 'leave one of them out');
  }
  const allowIncomplete = flags['allow-incomplete'] && !flags['require-complete'];
  return { failOn: allowIncomplete ? failOn.filter((cause) => cause !== 'incomplete') : failOn, allowIncomplete };
}

/** A file of test cases is always a verdict. */
function writesJunit({ format, also }: FleetFlags): boolean {
  return format === 'junit' || (also ?? []).some((copy) => copy.startsWith('junit='));
}

/** What is not known is an exit code of its own, unless the gate was told to close on it. */
export function fleetExitCode({ verdict = null, fail_on = [] }: Fleet): number {
  if (verdict === 'incomplete' && fail_on.includes('incomplete')) return verdictExitCodes.drift;
  return verdictExitCodes[verdict ?? 'pass'];
}
