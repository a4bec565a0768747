/** How a command line comes by a queue's URL. */
import { word } from '../../parts/shell.ts';

export const urlCommand = (name: string): string =>
  `"$(aws sqs get-queue-url --queue-name ${word(name)} --query QueueUrl --output text)"`;
