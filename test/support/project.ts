// The project's root folder, wherever the bundled test runs from (scripts/test.mjs defines it).

declare const __PROJECT_ROOT__: string;
export const projectRoot: string = __PROJECT_ROOT__;
