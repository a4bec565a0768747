import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ACCOUNT, memoryStore, perform, testWorld } from '../../../tests/support/operations.ts';
import { isAwsError } from '../../protocol/errors.ts';
import type { Operation } from '../../protocol/service.ts';
import { migrations } from './index.ts';
import { compareKeys } from './keys.ts';
import { SMALLEST_PART } from './multipart.ts';
import { body, contentOf, objectsOver, type TestObjects, testFolder } from './testing.ts';

/** S3 in its simplest form: a map of keys, and one of uploads. */
type Model = { objects: Map<string, Buffer>; uploads: ModelUpload[] };
type ModelUpload = { id: string; key: string; parts: Map<number, Buffer>; state: 'open' | 'completed' | 'aborted' };

const KEYS = ['a', 'a/b', 'a/c', 'a/é', 'b', '..', '\u{1f9f6}', '\uffff'];
/** Inline, at the edge, beyond it, and one that may be a part in the middle. */
const CONTENTS = [0, 10, 65_536, 65_537, SMALLEST_PART].map((size, index) => Buffer.alloc(size, `${index}telar`));

const key = fc.constantFrom(...KEYS);
/** By their index, so that a counterexample can be read. */
const small = fc.nat({ max: 3 });
const any = fc.nat({ max: 4 });
const contentAt = (index: number) => CONTENTS[index]!;
const which = fc.nat({ max: 2 });

type Step =
  | { do: 'put'; key: string; content: number; onlyNew: boolean }
  | { do: 'delete'; key: string }
  | { do: 'get'; key: string }
  | { do: 'copy'; from: string; to: string }
  | { do: 'list'; prefix: string; delimiter: string | undefined; limit: number }
  | { do: 'begin'; key: string }
  | { do: 'part'; upload: number; number: number; content: number }
  | { do: 'complete' | 'abort' | 'parts'; upload: number }
  | { do: 'uploads' | 'sweep' };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('put' as const), key, content: small, onlyNew: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('delete' as const, 'get' as const), key }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('copy' as const), from: key, to: key }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('list' as const),
      prefix: fc.constantFrom('', 'a', 'a/', '\u{1f9f6}'),
      delimiter: fc.constantFrom(undefined, '/'),
      limit: fc.integer({ min: 1, max: 3 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('begin' as const), key }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('part' as const),
      ...{ upload: which, number: fc.integer({ min: 1, max: 3 }), content: any },
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom('complete' as const, 'abort' as const, 'parts' as const),
      upload: which,
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('uploads' as const, 'sweep' as const) }) },
);

const md5 = (content: Buffer) => createHash('md5').update(content).digest('hex');

/** What S3 answers, from the model alone. */
function expected(model: Model, one: Step): unknown {
  switch (one.do) {
    case 'put':
      if (one.onlyNew && model.objects.has(one.key)) return 'PreconditionFailed';
      model.objects.set(one.key, contentAt(one.content));
      return md5(contentAt(one.content));
    case 'delete':
      model.objects.delete(one.key);
      return 'done';
    case 'get': {
      const content = model.objects.get(one.key);
      return content ? md5(content) : 'NoSuchKey';
    }
    case 'copy': {
      const content = model.objects.get(one.from);
      if (!content) return 'NoSuchKey';
      if (one.from === one.to) return 'InvalidRequest';
      model.objects.set(one.to, content);
      return 'done';
    }
    case 'list': {
      const { prefix, delimiter } = one;
      const found = [...model.objects.keys()].filter((each) => each.startsWith(prefix)).sort(compareKeys);
      const end = (each: string) => (delimiter ? each.indexOf(delimiter, prefix.length) : -1);
      return [...new Set(found.map((each) => (end(each) < 0 ? each : each.slice(0, end(each) + 1))))];
    }
    case 'begin':
      return 'done';
    case 'uploads':
      return model.uploads
        .filter((each) => each.state === 'open')
        .map((each) => each.id)
        .sort();
    case 'sweep':
      return 'done';
    default:
      return expectedOfUpload(model, one);
  }
}

function expectedOfUpload(model: Model, one: Extract<Step, { upload: number }>): unknown {
  const upload = model.uploads[one.upload];
  if (!upload) return 'none';
  if (one.do === 'complete' && upload.state === 'completed') return 'done';
  if (upload.state !== 'open') return 'NoSuchUpload';
  const parts = [...upload.parts].sort(([a], [b]) => a - b);
  switch (one.do) {
    case 'part':
      upload.parts.set(one.number, contentAt(one.content));
      return md5(contentAt(one.content));
    case 'parts':
      return parts.map(([number, content]) => `${number} ${content.length} ${md5(content)}`);
    case 'abort':
      upload.state = 'aborted';
      return 'done';
    case 'complete':
      if (parts.length === 0) return 'MalformedXML';
      if (parts.slice(0, -1).some(([, content]) => content.length < SMALLEST_PART)) return 'EntityTooSmall';
      upload.state = 'completed';
      model.objects.set(upload.key, Buffer.concat(parts.map(([, content]) => content)));
      return 'done';
  }
}

const unquoted = (etag: string | undefined) => etag?.replaceAll('"', '');

function actor(s3: TestObjects, run: <I, O>(operation: Operation<I, O>, input: I) => Promise<O>) {
  const { operations } = s3;
  const Bucket = 'data';

  async function list({ prefix, delimiter, limit }: Extract<Step, { do: 'list' }>): Promise<string[]> {
    const found: string[] = [];
    let token: string | undefined;
    do {
      const page = await run(operations.ListObjectsV2, {
        ...{ Bucket, Prefix: prefix, Delimiter: delimiter, MaxKeys: limit, ContinuationToken: token },
      });
      found.push(
        ...page.Contents!.map((each) => each.Key!),
        ...(page.CommonPrefixes ?? []).map((each) => each.Prefix!),
      );
      token = page.NextContinuationToken;
    } while (token);
    return found.sort(compareKeys);
  }

  async function onUpload(model: Model, one: Extract<Step, { upload: number }>): Promise<unknown> {
    const upload = model.uploads[one.upload];
    if (!upload) return 'none';
    const at = { Bucket, Key: upload.key, UploadId: upload.id };
    switch (one.do) {
      case 'part':
        return unquoted(
          (await run(operations.UploadPart, { ...at, PartNumber: one.number, Body: body(contentAt(one.content)) }))
            .ETag,
        );
      case 'parts': {
        const { Parts = [] } = await run(operations.ListParts, at);
        return Parts.map((part) => `${part.PartNumber} ${part.Size} ${unquoted(part.ETag)}`);
      }
      case 'abort':
        await run(operations.AbortMultipartUpload, at);
        return 'done';
      case 'complete': {
        // What a sweep must not take is the parts of an upload that goes on.
        await s3.sweep();
        const Parts = [...upload.parts]
          .sort(([a], [b]) => a - b)
          .map(([PartNumber, content]) => ({ PartNumber, ETag: md5(content) }));
        await run(operations.CompleteMultipartUpload, { ...at, MultipartUpload: { Parts } });
        return 'done';
      }
    }
  }

  return async (model: Model, one: Step): Promise<unknown> => {
    switch (one.do) {
      case 'put': {
        const condition = one.onlyNew ? { IfNoneMatch: '*' } : {};
        return unquoted(
          (await run(operations.PutObject, { Bucket, Key: one.key, Body: body(contentAt(one.content)), ...condition }))
            .ETag,
        );
      }
      case 'delete':
        await run(operations.DeleteObject, { Bucket, Key: one.key });
        return 'done';
      case 'get':
        return md5(await contentOf((await run(operations.GetObject, { Bucket, Key: one.key })).Body));
      case 'copy':
        await run(operations.CopyObject, { Bucket, Key: one.to, CopySource: `data/${encodeURIComponent(one.from)}` });
        return 'done';
      case 'list':
        return list(one);
      case 'begin': {
        const { UploadId } = await run(operations.CreateMultipartUpload, { Bucket, Key: one.key });
        model.uploads.push({ id: UploadId!, key: one.key, parts: new Map(), state: 'open' });
        return 'done';
      }
      case 'uploads':
        return (await run(operations.ListMultipartUploads, { Bucket })).Uploads!.map((each) => each.UploadId!).sort();
      case 'sweep':
        await s3.sweep();
        return 'done';
      default:
        return onUpload(model, one);
    }
  };
}

async function agree(steps: readonly Step[]): Promise<void> {
  const folder = testFolder();
  const world = testWorld();
  const store = memoryStore([migrations], world);
  try {
    const s3 = objectsOver(folder, store, world, ACCOUNT);
    await perform(store, s3.operations.CreateBucket, { Bucket: 'data' });
    const act = actor(s3, (operation, input) => perform(store, operation, input));
    const model: Model = { objects: new Map(), uploads: [] };
    // Reading everything back at the end finds what a sweep took too much.
    const readBack = KEYS.map((each): Step => ({ do: 'get', key: each }));
    const begun = KEYS.slice(0, 2).map((each): Step => ({ do: 'begin', key: each }));
    for (const one of [...begun, ...steps, { do: 'sweep' } as const, ...readBack]) {
      const actual = await act(model, one).catch((error: unknown) => {
        if (isAwsError(error)) return error.code;
        throw error;
      });
      expect(actual).toEqual(expected(model, one));
    }
  } finally {
    await store.close();
    folder.remove();
  }
}

describe('any sequence of operations', () => {
  it('is answered as by a map of keys and a list of uploads', async () => {
    await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), agree), { numRuns: 60 });
  }, 60_000);
});
