/**
 * The Query protocol (IAM, STS, SNS …): input as a form, in the body or the query (`Tags.member.1.Key=…`), output as XML
 * in `<ActionResponse><ActionResult>`.
 */
import type { Api } from './api.ts';
import { type Codec, type DecodeRequest, isValues, setOwn, type Values } from './codec.ts';
import { type AwsError, awsError } from './errors.ts';
import type { ListShape, MapShape, Shape, StructureShape } from './shapes.ts';
import { queryPairs } from './uri.ts';
import { escapeXml } from './xml.ts';
import { readScalar, wrongType } from './xmlValues.ts';
import { writeMembers } from './xmlWriters.ts';

/** A form as a tree by the dots of its names. */
type Form = { value: string | undefined; children: Map<string, Form> };

const MOST_PARAMETERS = 10_000;
const DEEPEST = 32;

/** The codec of a Query API. */
export function queryCodec(api: Api): Codec {
  const xmlns = api.xmlNamespace ? ` xmlns="${escapeXml(api.xmlNamespace)}"` : '';
  const headers = (requestId: string) => ({ 'content-type': 'text/xml', 'x-amzn-requestid': requestId });
  return {
    decode: (operation, request) => readForm(operation.input(), parseForm(request), ''),
    encode(operation, output, requestId) {
      const shape = operation.output();
      const members = isValues(output) ? writeMembers(shape, output) : '';
      const result = shape.name === 'Unit' ? '' : `<${operation.name}Result>${members}</${operation.name}Result>`;
      const metadata = `<ResponseMetadata><RequestId>${escapeXml(requestId)}</RequestId></ResponseMetadata>`;
      const body = `<${operation.name}Response${xmlns}>${result}${metadata}</${operation.name}Response>`;
      return { status: 200, headers: headers(requestId), body };
    },
    encodeError(error, requestId) {
      const type = error.status < 500 ? 'Sender' : 'Receiver';
      const members = Object.entries(error.members).map(([name, value]) => element(name, String(value)));
      const inner = `<Type>${type}</Type>${element('Code', error.code)}${element('Message', error.message)}${members.join('')}`;
      const body = `<ErrorResponse${xmlns}><Error>${inner}</Error>${element('RequestId', requestId)}</ErrorResponse>`;
      return { status: error.status, headers: headers(requestId), body };
    },
  };
}

const element = (name: string, text: string) => `<${name}>${escapeXml(text)}</${name}>`;

/** The form of a request: that of its body, over that of its query. @throws MalformedQueryString, MalformedInput */
function parseForm(request: Pick<DecodeRequest, 'query' | 'body'>): Form {
  const body = Buffer.isBuffer(request.body) ? request.body.toString('utf8') : '';
  const pairs = [...queryPairs(request.query), ...queryPairs(body)];
  if (pairs.length > MOST_PARAMETERS)
    throw awsError('MalformedQueryString', `The request has more than ${MOST_PARAMETERS} parameters.`);
  const root: Form = { value: undefined, children: new Map() };
  for (const [name, value] of pairs) {
    const path = name.split('.');
    if (path.length > DEEPEST) throw awsError('MalformedQueryString', `The parameter '${name}' is nested too deeply.`);
    let node = root;
    for (const part of path) {
      const next: Form = node.children.get(part) ?? { value: undefined, children: new Map() };
      node.children.set(part, next);
      node = next;
    }
    node.value = value;
  }
  return root;
}

function read(shape: Shape, form: Form, flattened: boolean, name: string): unknown {
  switch (shape.kind) {
    case 'structure':
      return readForm(shape, form, name);
    case 'list':
      return readList(shape, form, flattened, name);
    case 'map':
      return readMap(shape, form, flattened, name);
    default: {
      if (form.value === undefined) return undefined;
      const value = readScalar(shape, form.value);
      if (value === undefined) throw wrongType('MalformedInput', name, form.value, shape.kind);
      return value;
    }
  }
}

function readForm(shape: StructureShape, form: Form, place: string): Values {
  const result: Values = {};
  for (const member of shape.members()) {
    const key = member.traits.xmlName ?? member.name;
    const node = form.children.get(key);
    if (!node) continue;
    const value = read(member.shape, node, Boolean(member.traits.xmlFlattened), place ? `${place}.${key}` : key);
    if (value !== undefined) result[member.name] = value;
  }
  return result;
}

/** An empty list arrives as the bare name with an empty value. */
function readList(shape: ListShape, form: Form, flattened: boolean, name: string): unknown[] | undefined {
  const label = shape.member.traits.xmlName ?? 'member';
  const source = flattened ? form : form.children.get(label);
  if (!source || source.children.size === 0) return form.value === '' ? [] : undefined;
  const place = flattened ? name : `${name}.${label}`;
  return numbered(source, place).flatMap(([index, node]) => {
    const value = read(shape.member.shape, node, false, `${place}.${index}`);
    return value === undefined ? [] : [value];
  });
}

function readMap(shape: MapShape, form: Form, flattened: boolean, name: string): Values | undefined {
  const source = flattened ? form : form.children.get('entry');
  if (!source || source.children.size === 0) return form.value === '' ? {} : undefined;
  const place = flattened ? name : `${name}.entry`;
  const result: Values = {};
  for (const [index, node] of numbered(source, place)) {
    const key = node.children.get(shape.key.traits.xmlName ?? 'key')?.value;
    const valueName = shape.value.traits.xmlName ?? 'value';
    const value = node.children.get(valueName);
    if (key === undefined || !value) throw misnumbered(`${place}.${index}`, 'needs a key and a value');
    setOwn(result, key, read(shape.value.shape, value, false, `${place}.${index}.${valueName}`));
  }
  return result;
}

/** The elements of a list in the order of their numbers, which may have gaps. */
function numbered(form: Form, place: string): [number, Form][] {
  const entries = [...form.children].map(([key, node]): [number, Form] => {
    if (!/^\d{1,9}$/.test(key)) throw misnumbered(`${place}.${key}`, 'must end in a number');
    return [Number(key), node];
  });
  return entries.sort(([a], [b]) => a - b);
}

function misnumbered(name: string, what: string): AwsError {
  return awsError('MalformedInput', `The parameter '${name.slice(0, 200)}' ${what}.`);
}
