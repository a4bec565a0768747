/**
 * From the SDK's values to XML: writers compiled from shapes, once per shape, by their traits (names, attributes, flattened
 * lists and maps, namespaces). What HTTP binds is not written here. The other way: xmlValues.ts.
 */
import type { Values } from './codec.ts';
import type { MapShape, Member, Shape, StructureShape } from './shapes.ts';
import { formatTimestamp } from './timestamps.ts';
import { escapeXml } from './xml.ts';
import { isHttpBound } from './xmlValues.ts';

export type Writer = (value: unknown) => string;
type Typed = Pick<Member, 'shape' | 'traits'>;

const made = new WeakMap<Shape, Writer>();

/** Writes the members of a structure, one element after the other, without an element around them. */
export function writeMembers(shape: StructureShape, value: Values): string {
  return contentWriter(shape)(value);
}

/** Writes an element. `name` may carry a prefix. */
export function writeElement(name: string, member: Typed, value: unknown): string {
  return elementWriter(name, member)(value);
}

function elementWriter(name: string, { shape, traits }: Typed): Writer {
  const open = `<${name}${namespaceOf(traits)}`;
  const close = `</${name}>`;
  const write = contentWriter(shape);
  const attributes = shape.kind === 'structure' ? attributesWriter(shape) : undefined;
  return (value) => {
    const head = attributes ? open + attributes(value) : open;
    const content = write(value);
    return content === '' ? `${head}/>` : `${head}>${content}${close}`;
  };
}

/** What stands between an element's tags. Members are looked up when the first value is written: shapes are recursive. */
function contentWriter(shape: Shape): Writer {
  const before = made.get(shape);
  if (before) return before;
  const writer = compiled(shape);
  made.set(shape, writer);
  return writer;
}

function compiled(shape: Shape): Writer {
  switch (shape.kind) {
    case 'structure':
      return structureWriter(shape);
    case 'list':
      return lazily(() => listWriter(shape.member.traits.xmlName ?? 'member', shape.member));
    case 'map':
      return lazily(() => mapWriter('entry', shape));
    case 'timestamp': {
      const format = shape.format === 'default' ? 'date-time' : shape.format;
      return (value) => formatTimestamp(value as Date, format);
    }
    case 'blob':
      return (value) => Buffer.from(value as Uint8Array).toString('base64');
    default:
      return (value) => escapeXml(String(value));
  }
}

function lazily(compile: () => Writer): Writer {
  let writer: Writer | undefined;
  return (value) => {
    writer ??= compile();
    return writer(value);
  };
}

function structureWriter(shape: StructureShape): Writer {
  let members: readonly { name: string; write: Writer }[] | undefined;
  return (value) => {
    members ??= shape
      .members()
      .filter((member) => !member.traits.xmlAttribute && !isHttpBound(member))
      .map((member) => ({ name: member.name, write: memberWriter(member) }));
    let out = '';
    for (const { name, write } of members) {
      const item = (value as Values)[name];
      if (item !== undefined && item !== null) out += write(item);
    }
    return out;
  };
}

function memberWriter(member: Member): Writer {
  const { shape, traits } = member;
  const name = traits.xmlName ?? member.name;
  if (traits.xmlFlattened && shape.kind === 'list') return listWriter(name, shape.member);
  if (traits.xmlFlattened && shape.kind === 'map') return mapWriter(name, shape);
  return elementWriter(name, member);
}

function listWriter(name: string, member: Typed): Writer {
  const write = elementWriter(name, member);
  return (value) => {
    let out = '';
    for (const item of value as unknown[]) out += write(item);
    return out;
  };
}

function mapWriter(name: string, { key, value }: MapShape): Writer {
  const writeKey = elementWriter(key.traits.xmlName ?? 'key', key);
  const writeValue = elementWriter(value.traits.xmlName ?? 'value', value);
  return (map) => {
    let out = '';
    for (const [itsKey, item] of Object.entries(map as Values)) {
      if (item === undefined || item === null) continue;
      out += `<${name}>${writeKey(itsKey)}${writeValue(item)}</${name}>`;
    }
    return out;
  };
}

function namespaceOf({ xmlNamespace }: Member['traits']): string {
  return xmlNamespace ? ` xmlns${xmlNamespace[0] ? `:${xmlNamespace[0]}` : ''}="${escapeXml(xmlNamespace[1])}"` : '';
}

function attributesWriter(shape: StructureShape): Writer {
  let names: readonly { name: string; xmlName: string }[] | undefined;
  return (value) => {
    names ??= shape
      .members()
      .filter(({ traits }) => traits.xmlAttribute)
      .map(({ name, traits }) => ({ name, xmlName: traits.xmlName ?? name }));
    let out = '';
    for (const { name, xmlName } of names) {
      const item = (value as Values)[name];
      if (item !== undefined && item !== null) out += ` ${xmlName}="${escapeXml(String(item))}"`;
    }
    return out;
  };
}
