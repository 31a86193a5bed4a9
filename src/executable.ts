// The file with which the standalone executable begins: a helper of a scan loads the little that it needs (2 ms less), everybody
// else the whole program. scripts/pack/executable.mjs puts the two other files beside this one.

import { helperRole } from './crew/role.ts';
import { programArguments } from './program.ts';

if (programArguments.length === 1 && programArguments[0] === helperRole) require('./helper.cjs');
else require('./lib-users.cjs');
