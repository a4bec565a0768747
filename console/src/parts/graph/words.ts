/** Cutting a label to the width it has: SVG text does not do that by itself, and measuring each in the page would be slow. */

/** Widths in hundredths of the font's size, about those of the system's sans-serif fonts. */
const NARROW = /[iljtfr.,:;'|!()[\]{} ]/;
const WIDE = /[mwMW@%]/;
const ELLIPSIS = 80;

function widthOf(character: string): number {
  if (NARROW.test(character)) return 33;
  if (WIDE.test(character)) return 90;
  // Beyond Latin letters, count on the widest: better cut early than run over the node's edge.
  return character > '\u04ff' ? 105 : character === character.toLowerCase() ? 57 : 70;
}

/** `text` in `width` pixels of a font of `size` pixels: whole, or its beginning and an ellipsis. */
export function cutToWidth(text: string, width: number, size: number): string {
  const most = (width / size) * 100;
  let used = 0;
  let kept = '';
  for (const character of text) {
    used += widthOf(character);
    if (used > most) return `${kept.trimEnd()}…`;
    if (used <= most - ELLIPSIS) kept += character;
  }
  return text;
}
