/** Escape sequences of terminals, out of a log's text: a page shows none of them, and a search should not meet them. */

// CSI (colours, cursor), OSC (titles, links; ended by BEL or ST), the two-byte ones, and a sequence cut off at the end.
const ESCAPES =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are made of control characters
  /\u001b(?:\[[0-?]*[ -/]*(?:[@-~]|$)|\][^\u0007\u001b]*(?:\u0007|\u001b\\|$)|[ -/]*(?:[0-Z\\^-~]|$))|\u009b[0-?]*[ -/]*[@-~]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f]/g;

/**
 * The text as a terminal would leave it: without escape sequences and control characters, and of a line that was written
 * over with carriage returns (a progress bar), what was written last.
 */
export function plainText(text: string): string {
  // Most lines hold nothing of the kind; one pass tells.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: as above
  if (!/[\u0000-\u0008\u000b-\u001f\u007f\u009b]/.test(text)) return text;
  const bare = text.replace(ESCAPES, '').replace(/\r+$/, '');
  return bare.slice(bare.lastIndexOf('\r') + 1).replace(CONTROLS, '');
}
