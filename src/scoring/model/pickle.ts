/**
 * Finds the booster's own bytes in a pickle, without unpickling: what a pickle would call is noted by its name and never called,
 * made or imported. Reads what `pickle` and `joblib` (uncompressed) write of xgboost.Booster and of xgboost's scikit-learn models.
 *
 * K1. Nothing is executed. A result is taken only from a state `{'handle': bytes}` of a `Booster` of xgboost.core, or from the
 *     `_Booster` of a model of xgboost.sklearn.
 * K2. Memory is bounded: bytes are views of the file, and the values noted are counted.
 */
import { badModel, unsupported } from '../errors.ts';

const MOST_VALUES = 200_000;

/** Only what is needed to recognise a booster: all other values are `Other`. */
type Value =
  | { kind: 'text'; text: string; raw: Uint8Array }
  | { kind: 'bytes'; bytes: Uint8Array }
  | { kind: 'number'; number: number }
  | { kind: 'global'; name: string }
  | { kind: 'tuple'; items: Value[] }
  | { kind: 'dict'; entries: Map<string, Value> }
  | { kind: 'object'; of: string; arguments: Value[]; state: Value | undefined }
  | { kind: 'other' };

type Machine = {
  bytes: Uint8Array;
  view: DataView;
  at: number;
  stack: Value[];
  /** Heights of the stack at the marks. */
  marks: number[];
  memo: Map<number, Value>;
  values: number;
};

const OTHER: Value = { kind: 'other' };
/** joblib writes an array's bytes into the stream, right behind the object that describes it. */
const JOBLIB_ARRAY = 'joblib.numpy_pickle.NumpyArrayWrapper';

/** The buffer that XGBoost pickled. @throws ScoringError */
export function boosterInPickle(bytes: Uint8Array): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const machine: Machine = { bytes, view, at: 0, stack: [], marks: [], memo: new Map(), values: 0 };
  for (;;) {
    const code = machine.bytes[take(machine, 1)]!;
    if (code === 0x2e /* STOP */) break;
    const act = OPCODES.get(code);
    if (!act) throw broken(machine, `an unknown instruction 0x${code.toString(16)}`);
    act(machine);
  }
  const found = handleOf(pop(machine));
  if (found) return found;
  throw unsupported(
    'The pickle is not plainly a Booster of xgboost or one of its scikit-learn models. Telar never unpickles outside a job: save the model with Booster.save_model, or let its container serve it.',
  );
}

function handleOf(value: Value): Uint8Array | undefined {
  if (value.kind !== 'object' || value.state?.kind !== 'dict') return undefined;
  const { entries } = value.state;
  if (value.of === 'xgboost.core.Booster') return bytesOf(entries.get('handle'));
  if (!/^xgboost\.sklearn\.XGB[A-Za-z]*$/.test(value.of)) return undefined;
  const inner = entries.get('_Booster');
  return inner?.kind === 'object' && inner.of === 'xgboost.core.Booster' ? handleOf(inner) : undefined;
}

/** Bytes, or what stands for them: `bytearray(bytes)`, and in old protocols `bytearray(encode(text, 'latin1'))`. */
function bytesOf(value: Value | undefined): Uint8Array | undefined {
  if (value?.kind === 'bytes') return value.bytes;
  if (value?.kind !== 'object') return undefined;
  const [first] = value.arguments;
  if (/^(builtins|__builtin__)\.bytearray$/.test(value.of))
    return first?.kind === 'text' ? latin1(first) : bytesOf(first);
  return value.of === '_codecs.encode' && first?.kind === 'text' ? latin1(first) : undefined;
}

function latin1({ text }: { text: string }): Uint8Array {
  const made = new Uint8Array(text.length);
  for (let index = 0; index < text.length; index += 1) made[index] = text.charCodeAt(index);
  return made;
}

function broken({ at }: Machine, what: string): Error {
  return badModel(`The model is no pickle that Telar can read: ${what} at byte ${at}.`);
}

/** Where the next `count` bytes begin. */
function take(machine: Machine, count: number): number {
  const from = machine.at;
  if (!(count >= 0 && count <= machine.bytes.length - from)) throw broken(machine, 'it ends too early');
  machine.at = from + count;
  return from;
}

function push(machine: Machine, value: Value): void {
  machine.values += 1;
  if (machine.values > MOST_VALUES) throw broken(machine, `more than ${MOST_VALUES} values`);
  machine.stack.push(value);
}

function pop(machine: Machine): Value {
  const floor = machine.marks.at(-1) ?? 0;
  const value = machine.stack.length > floor ? machine.stack.pop() : undefined;
  if (!value) throw broken(machine, 'it takes what is not there');
  return value;
}

/** All values above the last mark. */
function popMark(machine: Machine): Value[] {
  const mark = machine.marks.pop();
  if (mark === undefined) throw broken(machine, 'there is no mark');
  return machine.stack.splice(mark);
}

function line(machine: Machine): string {
  const end = machine.bytes.indexOf(0x0a, machine.at);
  if (end < 0 || end - machine.at > 1000) throw broken(machine, 'a line without end');
  const from = take(machine, end - machine.at + 1);
  return String.fromCharCode(...machine.bytes.subarray(from, end));
}

const u8 = (machine: Machine) => machine.bytes[take(machine, 1)]!;
const u32 = (machine: Machine) => machine.view.getUint32(take(machine, 4), true);
const u64 = (machine: Machine) => Number(machine.view.getBigUint64(take(machine, 8), true));

type Size = (machine: Machine) => number;
type Act = (machine: Machine) => void;

function blob(machine: Machine, size: Size): Uint8Array {
  const count = size(machine);
  const from = take(machine, count);
  return machine.bytes.subarray(from, from + count);
}

const text =
  (size: Size): Act =>
  (machine) => {
    const raw = blob(machine, size);
    push(machine, { kind: 'text', text: new TextDecoder().decode(raw), raw });
  };

const bytes =
  (size: Size): Act =>
  (machine) =>
    push(machine, { kind: 'bytes', bytes: blob(machine, size) });

const skip =
  (count: number): Act =>
  (machine) => {
    take(machine, count);
    push(machine, OTHER);
  };

const whole =
  (size: Size): Act =>
  (machine) =>
    push(machine, { kind: 'number', number: size(machine) });

const other: Act = (machine) => push(machine, OTHER);

const passLine: Act = (machine) => {
  line(machine);
  push(machine, OTHER);
};

const passMark: Act = (machine) => {
  popMark(machine);
  push(machine, OTHER);
};

const tuple =
  (count: number): Act =>
  (machine) => {
    const items = Array.from({ length: count }, () => pop(machine)).reverse();
    push(machine, { kind: 'tuple', items });
  };

const get =
  (size: Size): Act =>
  (machine) => {
    const value = machine.memo.get(size(machine));
    if (!value) throw broken(machine, 'it remembers what it never noted');
    push(machine, value);
  };

const put =
  (key: Size): Act =>
  (machine) => {
    const index = key(machine);
    const value = pop(machine);
    machine.stack.push(value);
    if (machine.memo.size >= MOST_VALUES) throw broken(machine, `more than ${MOST_VALUES} values`);
    machine.memo.set(index, value);
  };

/** What a pickle would make by a call: noted by the name of what it calls. */
function called(machine: Machine, callable: Value, given: Value): void {
  const name = callable.kind === 'global' ? callable.name : '';
  const items = given.kind === 'tuple' ? given.items : [];
  // copyreg's way of protocols 0 and 1: _reconstructor(class, object, None).
  const [first] = items;
  const of = /^(copy_reg|copyreg)\._reconstructor$/.test(name) && first?.kind === 'global' ? first.name : name;
  push(machine, { kind: 'object', of, arguments: items, state: undefined });
}

function build(machine: Machine): void {
  const state = pop(machine);
  const target = pop(machine);
  machine.stack.push(target);
  if (target.kind !== 'object') return;
  target.state = state;
  if (target.of === JOBLIB_ARRAY && state.kind === 'dict') skipArray(machine, state.entries);
}

/** Passes over an array of numbers or of texts of fixed length, such as a classifier's classes. */
function skipArray(machine: Machine, description: ReadonlyMap<string, Value>): void {
  const [shape, dtype] = [description.get('shape'), description.get('dtype')];
  const name = dtype?.kind === 'object' && dtype.of === 'numpy.dtype' ? dtype.arguments[0] : undefined;
  const [, letter, size] = (name?.kind === 'text' && /^([biufcSUMm])(\d{1,5})$/.exec(name.text)) || [];
  if (!letter || shape?.kind !== 'tuple')
    throw unsupported(
      'The joblib file has an array of objects, which Telar does not read: save the model with Booster.save_model.',
    );
  const elements = shape.items.reduce(
    (product, item) => product * (item.kind === 'number' ? item.number : Number.NaN),
    1,
  );
  if (description.has('numpy_array_alignment_bytes')) take(machine, u8(machine));
  take(machine, elements * Number(size) * (letter === 'U' ? 4 : 1));
}

function setItems(machine: Machine, items: readonly Value[]): void {
  const target = pop(machine);
  machine.stack.push(target);
  if (target.kind !== 'dict') return;
  for (let index = 0; index + 1 < items.length; index += 2) {
    const key = items[index]!;
    if (key.kind === 'text' && key.raw.length <= 100) target.entries.set(key.text, items[index + 1]!);
  }
}

function global(machine: Machine, module: string, name: string): void {
  push(machine, { kind: 'global', name: `${module}.${name}` });
}

function stackGlobal(machine: Machine): void {
  const [name, module] = [pop(machine), pop(machine)];
  if (name.kind !== 'text' || module.kind !== 'text') throw broken(machine, 'a name that is no text');
  global(machine, module.text.slice(0, 200), name.text.slice(0, 200));
}

/** The instructions of pickle's protocols 0 to 5 that these files use. Calls into registries and persistent ids are not among them. */
const OPCODES: ReadonlyMap<number, Act> = new Map<number, Act>([
  [0x80, (machine) => void take(machine, 1)], // PROTO
  [0x95, (machine) => void take(machine, 8)], // FRAME
  [0x28, (machine) => void machine.marks.push(machine.stack.length)], // MARK
  [0x30, (machine) => void pop(machine)], // POP
  [0x31, (machine) => void popMark(machine)], // POP_MARK
  [
    0x32,
    (machine) => {
      const top = pop(machine); // DUP
      machine.stack.push(top);
      push(machine, top);
    },
  ],
  [0x4e, other], // NONE
  [0x88, other], // NEWTRUE
  [0x89, other], // NEWFALSE
  [0x4a, whole((machine) => machine.view.getInt32(take(machine, 4), true))], // BININT
  [0x4b, whole(u8)], // BININT1
  [0x4d, whole((machine) => machine.view.getUint16(take(machine, 2), true))], // BININT2
  [0x47, skip(8)], // BINFLOAT
  [0x8a, (machine) => skip(u8(machine))(machine)], // LONG1
  [0x46, passLine], // FLOAT
  [0x49, passLine], // INT
  [0x4c, passLine], // LONG
  [0x58, text(u32)], // BINUNICODE
  [0x8c, text(u8)], // SHORT_BINUNICODE
  [0x8d, text(u64)], // BINUNICODE8
  [0x54, bytes(u32)], // BINSTRING
  [0x55, bytes(u8)], // SHORT_BINSTRING
  [0x42, bytes(u32)], // BINBYTES
  [0x43, bytes(u8)], // SHORT_BINBYTES
  [0x8e, bytes(u64)], // BINBYTES8
  [0x96, bytes(u64)], // BYTEARRAY8
  [0x29, tuple(0)], // EMPTY_TUPLE
  [0x85, tuple(1)],
  [0x86, tuple(2)],
  [0x87, tuple(3)],
  [0x74, (machine) => push(machine, { kind: 'tuple', items: popMark(machine) })], // TUPLE
  [0x5d, other], // EMPTY_LIST
  [0x8f, other], // EMPTY_SET
  [0x6c, passMark], // LIST
  [0x61, (machine) => void pop(machine)], // APPEND
  [0x65, (machine) => void popMark(machine)], // APPENDS
  [0x90, (machine) => void popMark(machine)], // ADDITEMS
  [0x91, passMark], // FROZENSET
  [0x7d, (machine) => push(machine, { kind: 'dict', entries: new Map() })], // EMPTY_DICT
  [
    0x64,
    (machine) => {
      const items = popMark(machine); // DICT
      push(machine, { kind: 'dict', entries: new Map() });
      setItems(machine, items);
    },
  ],
  [
    0x73,
    (machine) => {
      const value = pop(machine); // SETITEM
      setItems(machine, [pop(machine), value]);
    },
  ],
  [0x75, (machine) => setItems(machine, popMark(machine))], // SETITEMS
  [0x63, (machine) => global(machine, line(machine), line(machine))], // GLOBAL
  [0x93, stackGlobal],
  [
    0x52,
    (machine) => {
      const given = pop(machine); // REDUCE
      called(machine, pop(machine), given);
    },
  ],
  [
    0x81,
    (machine) => {
      const given = pop(machine); // NEWOBJ
      called(machine, pop(machine), given);
    },
  ],
  [0x62, build],
  [0x68, get(u8)], // BINGET
  [0x6a, get(u32)], // LONG_BINGET
  [0x67, get((machine) => Number(line(machine)))], // GET
  [0x71, put(u8)], // BINPUT
  [0x72, put(u32)], // LONG_BINPUT
  [0x70, put((machine) => Number(line(machine)))], // PUT
  [0x94, put(({ memo }) => memo.size)], // MEMOIZE
]);
