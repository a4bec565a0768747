/** Command lines to copy: a text as a POSIX shell takes it for one word. */

/** Quotes only what needs it. @example quoted("it's") // `'it'\''s'` */
export const quoted = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replace(/'/g, `'\\''`)}'`;
