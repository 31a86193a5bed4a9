// The version of lib-users, put in by the build from package.json.

declare const __LIB_USERS_VERSION__: string;
export const version: string = __LIB_USERS_VERSION__;
export const tool = { name: 'lib-users', version } as const;
