/** @returns the variables of these programs with their paths, as far as they are found; installs nothing */
export function findSystemPrograms(names: readonly string[]): Record<string, string>;
