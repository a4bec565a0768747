/** How a subscription is confirmed by the mail that asks for it. Pure: for the command line and the console. */

/** The token in the link of a mail; undefined where it has none. */
export const confirmationToken = (body: string): string | undefined => /[?&]Token=([0-9a-f]+)/.exec(body)?.[1];
