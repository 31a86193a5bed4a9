// A helper of a scan, as the standalone executable starts it (executable.ts).

import { compileLate } from './crew/jit.ts';
import { runHelper } from './crew/run-helper.ts';

compileLate();
runHelper();
