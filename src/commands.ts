// The commands by name. Only the command that runs is loaded, so that a scan never evaluates the others.

import type { Command } from '@oclif/core/command';
import type { Config } from '@oclif/core/config';
import type { BaseCommand } from './cli/base-command.ts';

type Metadata = Pick<typeof Command, 'summary' | 'description' | 'examples' | 'flags' | 'args' | 'strict'>;

export type CommandClass = Metadata & (new (argv: string[], config: Config) => BaseCommand);

export interface CommandEntry {
  name: string;
  load: () => Promise<{ default: CommandClass }>;
}

export const commands: readonly CommandEntry[] = [
  { name: 'scan', load: () => import('./commands/scan.ts') },
  { name: 'plan', load: () => import('./commands/plan.ts') },
  { name: 'check', load: () => import('./commands/check.ts') },
  { name: 'fleet', load: () => import('./commands/fleet.ts') },
  { name: 'schema', load: () => import('./commands/schema.ts') },
  { name: 'validate', load: () => import('./commands/validate.ts') },
  { name: 'rules', load: () => import('./commands/rules.ts') },
];
