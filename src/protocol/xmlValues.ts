/**
 * From XML to the SDK's values, by the shapes' traits: names, attributes, flattened lists and maps. What HTTP binds (headers,
 * labels …) is not read here. The other way: xmlWriters.ts.
 */
import { setOwn, type Values } from './codec.ts';
import { type AwsError, awsError } from './errors.ts';
import type { Member, Shape, StructureShape } from './shapes.ts';
import { parseTimestamp } from './timestamps.ts';
import { malformedXml, type XmlElement } from './xml.ts';

/** Whether HTTP carries the member outside the body. */
export function isHttpBound({ traits }: Member): boolean {
  return Boolean(
    traits.httpHeader ??
      traits.httpPrefixHeaders ??
      traits.httpQuery ??
      traits.httpQueryParams ??
      traits.httpLabel ??
      traits.httpPayload ??
      traits.httpResponseCode,
  );
}

/** Reads a structure. Unknown elements are ignored; a required member that is absent is refused. @throws MalformedXML */
export function readStructure(shape: StructureShape, element: XmlElement): Values {
  const result: Values = {};
  for (const member of shape.members()) {
    if (isHttpBound(member)) continue;
    const value = readMember(member, element);
    if (value !== undefined) result[member.name] = value;
    else if (member.required) throw malformedXml();
  }
  return result;
}

function readMember(member: Member, parent: XmlElement): unknown {
  const { shape, traits } = member;
  const name = traits.xmlName ?? member.name;
  if (traits.xmlAttribute) {
    const text = parent.attributes.get(name);
    return text === undefined ? undefined : readText(shape, text);
  }
  const found = parent.children.filter((child) => child.name === name);
  const [first] = found;
  if (!first) return undefined;
  if (traits.xmlFlattened && shape.kind === 'list') return found.map((child) => readElement(shape.member.shape, child));
  if (traits.xmlFlattened && shape.kind === 'map') return readEntries(shape, found);
  return readElement(shape, first);
}

function readElement(shape: Shape, element: XmlElement): unknown {
  if (shape.kind === 'structure') return readStructure(shape, element);
  if (shape.kind === 'list') {
    const name = shape.member.traits.xmlName ?? 'member';
    return element.children
      .filter((child) => child.name === name)
      .map((child) => readElement(shape.member.shape, child));
  }
  if (shape.kind === 'map')
    return readEntries(
      shape,
      element.children.filter((child) => child.name === 'entry'),
    );
  return readText(shape, element.text);
}

function readEntries(shape: Extract<Shape, { kind: 'map' }>, entries: readonly XmlElement[]): Values {
  const keyName = shape.key.traits.xmlName ?? 'key';
  const valueName = shape.value.traits.xmlName ?? 'value';
  const result: Values = {};
  for (const entry of entries) {
    const key = entry.children.find((child) => child.name === keyName);
    const value = entry.children.find((child) => child.name === valueName);
    if (!key || !value) throw malformedXml();
    setOwn(result, key.text, readElement(shape.value.shape, value));
  }
  return result;
}

function readText(shape: Shape, text: string): unknown {
  const value = readScalar(shape, text);
  if (value === undefined) throw malformedXml();
  return value;
}

/** A simple value from its text, as XML, forms, queries and headers write it; undefined when it cannot be one. */
export function readScalar(shape: Shape, text: string): unknown {
  switch (shape.kind) {
    case 'boolean': {
      const lower = text.trim().toLowerCase();
      return lower === 'true' ? true : lower === 'false' ? false : undefined;
    }
    case 'number': {
      const trimmed = text.trim();
      if (/^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/.test(trimmed)) return Number(trimmed);
      return /^(NaN|-?Infinity)$/.test(trimmed) ? Number(trimmed) : undefined;
    }
    case 'timestamp':
      return parseTimestamp(text.trim());
    case 'blob':
      return /^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(text) ? new Uint8Array(Buffer.from(text, 'base64')) : undefined;
    default:
      return text;
  }
}

/** A Query or S3 value that is not of its member's type. */
export function wrongType(code: string, name: string, value: string, wanted: string): AwsError {
  return awsError(code, `'${value.slice(0, 200)}' can not be converted to a ${wanted} at '${name}'.`, 400, {
    ArgumentName: name,
    ArgumentValue: value.slice(0, 200),
  });
}
