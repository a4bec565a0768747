/** Numbers as Python writes them (`repr` of a float), which is how AWS's XGBoost container prints predictions. */

/** @example pythonFloat(1) === '1.0'; pythonFloat(0.00001) === '1e-05' */
export function pythonFloat(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e-4 && size < 1e16) return Number.isInteger(value) ? `${value}.0` : `${value}`;
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  if (Number.isNaN(value)) return 'nan';
  if (size === Number.POSITIVE_INFINITY) return value > 0 ? 'inf' : '-inf';
  // Python has two digits of exponent at least.
  return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2');
}

/** A row's outputs as text: one number, or Python's list of them. */
export function pythonRow(outputs: Float32Array, from: number, count: number): string {
  if (count === 1) return pythonFloat(outputs[from]!);
  let text = `[${pythonFloat(outputs[from]!)}`;
  for (let at = from + 1; at < from + count; at += 1) text += `, ${pythonFloat(outputs[at]!)}`;
  return `${text}]`;
}
