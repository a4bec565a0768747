/**
 * Bytes as a Model, in whatever format XGBoost or a pickle of it left them. The format is told by the bytes, never by a name.
 *
 * R1. Bytes of no known format are refused; none is tried out that the bytes do not look like.
 */
import { badModel, unsupported } from '../errors.ts';
import { looksBinary, modelFromBinary, startsWith } from './binary.ts';
import { modelFromDocument } from './document.ts';
import { type Json, member, parseJson } from './json.ts';
import type { Model } from './model.ts';
import { boosterInPickle } from './pickle.ts';
import { parseUbj } from './ubj.ts';

const SERIALIZED = 'CONFIG-offset:';

/** @throws ScoringError */
export function readModel(bytes: Uint8Array): Model {
  return isPickle(bytes) ? readBuffer(boosterInPickle(bytes)) : readBuffer(bytes);
}

/** Protocols 2 and up begin so. Protocols 0 and 1 hold a booster as escaped text; nobody writes them. */
function isPickle(bytes: Uint8Array): boolean {
  return bytes[0] === 0x80 && bytes[1]! >= 2 && bytes[1]! <= 5;
}

function readBuffer(bytes: Uint8Array): Model {
  if (startsWith(bytes, '{')) return modelFromDocument(insideSnapshot(document(bytes)));
  if (startsWith(bytes, SERIALIZED)) return modelFromBinary(serialized(bytes));
  if (startsWith(bytes, 'bs64'))
    throw unsupported('The model is in the base64 format of XGBoost before 1.0: save it again.');
  if (looksBinary(bytes)) return modelFromBinary(bytes);
  throw badModel(
    'The model is in no format that Telar knows: XGBoost JSON, UBJSON, its old binary format, or a pickled Booster.',
  );
}

/** In UBJSON the type of a key's length follows the brace, in JSON a quote, a space or the end. */
function document(bytes: Uint8Array): Json {
  return 'iUIulmLM$#'.includes(String.fromCharCode(bytes[1] ?? 0)) ? parseUbj(bytes) : parseJson(bytes);
}

/** A pickled booster holds a snapshot: the model beside its training's configuration. */
function insideSnapshot(document: Json): Json {
  return member(document, 'Model') ?? document;
}

/** The snapshot of versions that still wrote the binary format: the length of the model, the model, its configuration. */
function serialized(bytes: Uint8Array): Uint8Array {
  const from = SERIALIZED.length + 8;
  if (bytes.length < from) throw badModel('The serialized booster ends too early.');
  const size = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigInt64(SERIALIZED.length, true));
  if (!(size > 0 && size <= bytes.length - from)) throw badModel(`The serialized booster cannot have ${size} bytes.`);
  return bytes.subarray(from, from + size);
}
