/** How a command line comes by a queue's URL. */
import { quoted } from '../../parts/shell.ts';

export const urlCommand = (name: string): string =>
  `"$(aws sqs get-queue-url --queue-name ${quoted(name)} --query QueueUrl --output text)"`;
