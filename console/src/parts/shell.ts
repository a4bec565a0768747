/** Command lines to copy: a text as a POSIX shell takes it for one word. */

/** Quotes only what needs it. @example word("it's") // `'it'\''s'` */
export const word = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replace(/'/g, `'\\''`)}'`;
