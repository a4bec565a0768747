/** Imported by spare.cjs for the loaders that it takes. */
export const loaded: boolean = true;
