/** `telar fsck`: whether a data folder is whole. */
import { checkFolder } from '../../server/fsck.ts';
import type { Context } from '../context.ts';
import { type ExitStatus, failure } from '../errors.ts';

export async function fsck({ out, data }: Context): Promise<ExitStatus> {
  const { bad, accent, dim, symbols } = out.style;
  const check = await checkFolder(data).catch((error: Error) => {
    throw failure('NotChecked', error.message);
  });
  const damaged = check.findings.filter(({ severity }) => severity === 'damage');
  for (const { severity, part, message } of check.findings) {
    const mark = severity === 'damage' ? bad(symbols.failed) : dim(symbols.dot);
    out.paragraph(`${mark} ${part}: ${message}`);
  }
  const { objectFiles, auditRecords } = check.checked;
  const what = `${objectFiles} object files, ${auditRecords} audit records`;
  if (damaged.length === 0) out.line(`${accent(symbols.done)} ${data.root} is whole ${dim(`(${what})`)}`);
  else out.line(bad(`${data.root} is damaged: ${damaged.length} findings. Nothing was changed.`));
  out.result({ ...check, damaged: damaged.length > 0 });
  return damaged.length === 0 ? 0 : 1;
}
