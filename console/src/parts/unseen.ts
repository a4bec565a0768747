/**
 * Letters that cannot be seen and change what can be: those that turn the direction of what follows, and those of no width. In a name
 * they make a picture of a program, in a command line another command. Pure.
 */

/** Line ends, tabs, and the joiners that scripts and emoji are written with, stay as they are. */
const UNSEEN = /(?![\t\n\r\u200C\u200D])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** The text with these told by their numbers: to be read, not to be copied. @example tellUnseen('a\u202Eb') // 'a⟨U+202E⟩b' */
export const tellUnseen = (text: string): string =>
  text.replace(UNSEEN, (letter) => `⟨U+${letter.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}⟩`);
