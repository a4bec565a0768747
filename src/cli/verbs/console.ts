/** `telar console`: a link that signs whoever follows it in to the console, as the user of the keys at hand. */
import { openInBrowser } from '../browser.ts';
import { connect } from '../connection.ts';
import type { Context } from '../context.ts';
import type { ExitStatus } from '../errors.ts';
import { telarClient } from '../telarClient.ts';

export async function consoleVerb(context: Context, { open }: { open?: boolean }): Promise<ExitStatus> {
  const { out, data } = context;
  const link = await consoleLink(context);
  out.line(`The console: ${out.style.accent(link.url)}`);
  if (link.expires) out.line(out.style.dim('  The link signs in once, within ten minutes.'));
  if (open) openInBrowser(link.url, data.temporary);
  out.result({ url: link.url, expiresAt: link.expires });
  return 0;
}

/** @throws NoServer, NoCredentials, and what the server refuses, by its code */
export async function consoleLink(context: Context): Promise<{ url: string; expires: string | undefined }> {
  const { Url, ExpiresAt } = await telarClient(connect(context))('CreateConsoleLink', {});
  return { url: Url, expires: ExpiresAt };
}
