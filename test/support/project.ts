// The project's root folder, even if the bundled test runs from another one (scripts/test.mjs defines it).

declare const __PROJECT_ROOT__: string;
export const projectRoot: string = __PROJECT_ROOT__;
