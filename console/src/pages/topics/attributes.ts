/** Message attributes from what a person writes: an object whose members are texts, numbers, or lists of these. */
import { refusal } from '../../data/session.ts';

export type MessageAttributes = Record<string, { DataType: string; StringValue: string }>;

/** @throws Refusal for anything else */
export function attributesOf(given: unknown): MessageAttributes {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw refusal('ValidationException', 'Attributes are a JSON object: {"name": "value"}.', 400);
  }
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, attributeOf(name, value)]));
}

function attributeOf(name: string, value: unknown): { DataType: string; StringValue: string } {
  if (typeof value === 'string') return { DataType: 'String', StringValue: value };
  if (typeof value === 'number') return { DataType: 'Number', StringValue: String(value) };
  if (Array.isArray(value)) return { DataType: 'String.Array', StringValue: JSON.stringify(value) };
  throw refusal('ValidationException', `The attribute ${name} is neither a text, a number nor a list.`, 400);
}
