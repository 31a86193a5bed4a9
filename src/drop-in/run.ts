export async function runDropIn(_program: string, _argv: string[]): Promise<void> {}
