/** The globals that the package uses are declared here. Browsers and Node have them; neither DOM nor Node types are needed. */
declare function setTimeout(callback: () => void, delayMs: number): { readonly timer: unique symbol };
declare function clearTimeout(timer: ReturnType<typeof setTimeout> | undefined): void;
