/** AWS's numbers for messages. Times in seconds, sizes in bytes. */

/** Messages in one request. */
export const MOST_AT_ONCE = 10;
/** Of a batch; and of what one receive answers, unless a single message is longer. */
export const LONGEST_BATCH = 1_048_576;
export const LONGEST_DELAY = 900;
export const LONGEST_VISIBILITY = 43_200;
export const LONGEST_WAIT = 20;
/** How long FIFO queues remember what was sent to them, and what an attempt took; in milliseconds. */
export const REMEMBERED = 5 * 60 * 1000;
