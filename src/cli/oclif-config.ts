// The facts of the program that oclif asks for, without oclif's own Config. Its load() looks for plugins, reads a theme from the
// user's home and settings from LIB_USERS_* variables, none of which lib-users may do, and takes 10 ms.

import type { Config } from '@oclif/core/config';
import { version } from '../version.ts';

const description = 'Which processes still run on files that are gone: deleted libraries, programs and logs';

/** Everything that Command and Help read of a Config. There are no plugins, hooks, themes or settings in the environment. */
const config = {
  name: 'lib-users',
  bin: 'lib-users',
  version,
  userAgent: `lib-users ${version}`,
  platform: 'linux',
  shell: 'sh',
  topicSeparator: ' ',
  pjson: { name: 'lib-users', version, description, oclif: {} },
  plugins: new Map(),
  runHook: async () => ({ successes: [], failures: [] }),
  scopedEnvVarKeys: () => [],
};

export const cliConfig = config as unknown as Config;
