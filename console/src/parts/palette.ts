/** The colours of a chart's lines: of the design's own, read from the page, as a canvas knows no custom properties. */

/** In this order; further series begin again, with another dash. */
const LINES = ['--accent', '--warn', '--busy', '--bad', '--good', '--idle'];
const DASHES = [[], [6, 4], [2, 3]];

export type Palette = {
  line: (index: number) => { stroke: string; dash: number[] };
  text: string;
  grid: string;
  font: string;
};

/** `element` is where the chart stands: its computed colours are those of the theme that is on. */
export function paletteOf(element: HTMLElement): Palette {
  // A custom property is computed to the text `light-dark(…)`; only a colour property is computed to the colour that is on.
  const probe = element.ownerDocument.createElement('span');
  element.append(probe);
  const colour = (name: string) => {
    probe.style.color = `var(${name})`;
    return getComputedStyle(probe).color;
  };
  const lines = LINES.map(colour);
  const palette: Palette = {
    line: (index) => ({
      stroke: lines[index % lines.length]!,
      dash: DASHES[Math.floor(index / lines.length) % DASHES.length]!,
    }),
    text: colour('--text-quiet'),
    grid: colour('--line'),
    font: `12px ${getComputedStyle(element).fontFamily}`,
  };
  probe.remove();
  return palette;
}
