// The file with which the standalone executable begins. A helper of a scan loads only the little that it needs (2 ms less), every
// other start loads the whole program. scripts/pack/executable.mjs puts the two other files beside this one.

import { helperRole } from './crew/role.ts';
import { programArguments } from './program.ts';

if (programArguments.length === 1 && programArguments[0] === helperRole) require('./helper.cjs');
else require('./lib-users.cjs');
