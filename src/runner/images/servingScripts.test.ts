/**
 * `serve` with the user's script, on both images, as real jobs called over HTTP: the toolkits' defaults as tables, the script's own
 * functions, and what a script may do to its server.
 */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  BINARY,
  createServing,
  createSuite,
  DONE,
  pause,
  rowsOf,
  SCRIPT,
  type Served,
  SKLEARN,
  trained,
  whyMissing,
  XGBOOST,
} from './testing.ts';

const suite = createSuite('scripts');
const { runner, jobsFolder, run } = suite;
const { start, serve, settled, stopAll } = createServing(suite);
const reason = await whyMissing(runner, [XGBOOST, SKLEARN]);
afterAll(async () => {
  await stopAll();
  rmSync(suite.base, { recursive: true, force: true });
});

const NAMES = 'import json, os, sys, time\n';
const script = (text: string) => ({ 'model/code/inference.py': NAMES + text });
const PROGRAM = { SAGEMAKER_PROGRAM: 'inference.py', SAGEMAKER_SUBMIT_DIRECTORY: '/opt/ml/model/code' };
/** A model that gives back what it gets. */
const ECHO = `
class Echo:
    def predict(self, data):
        return data
def model_fn(model_dir):
    assert model_dir == "/opt/ml/model"
    return Echo()
`;
/** \x93NUMPY, version 1, of [[1.5]] as float64. */
function npy(descr: string, shape: string, data: Buffer): Buffer {
  const header = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${shape}, }`.padEnd(117).concat('\n');
  const length = Buffer.alloc(2);
  length.writeUInt16LE(header.length);
  return Buffer.concat([
    Buffer.from([0x93]),
    Buffer.from('NUMPY\x01\x00', 'latin1'),
    length,
    Buffer.from(header),
    data,
  ]);
}

// Skipped where there is no Python or no package index, with the reason printed.
describe.skipIf(reason)('a script on the scikit-learn image', () => {
  describe('with the defaults', () => {
    let served: Served;
    beforeAll(async () => {
      served = await serve({ image: SKLEARN, environment: PROGRAM, files: script(ECHO) });
    }, 60_000);
    const one = Buffer.alloc(8);
    one.writeDoubleLE(1.5);
    const JSON_TYPE = 'application/json';
    const NPY = 'application/x-npy';
    const cases: [string, [string | Buffer, string?, string?], number, RegExp, string?][] = [
      ['CSV to JSON', ['1,2\n3,4\n'], 200, /^\[\[1\.0, 2\.0\], \[3\.0, 4\.0\]\]$/, JSON_TYPE],
      ['one row as a vector, as on AWS', ['1,2'], 200, /^\[1\.0, 2\.0\]$/],
      [
        'CSV to CSV',
        ['1,2\n3,4\n', 'text/csv', 'text/csv'],
        200,
        /^1\.0,2\.0\n3\.0,4\.0\n$/,
        'text/csv; charset=utf-8',
      ],
      ['JSON to CSV', ['[[1],[2]]', JSON_TYPE, 'text/csv'], 200, /^1\.0\n2\.0\n$/],
      ['no type as JSON', ['[1, 2]', ''], 200, /^\[1\.0, 2\.0\]$/],
      ['NPY to JSON', [npy('<f8', '(1, 1)', one), NPY], 200, /^\[\[1\.5\]\]$/],
      ['JSON to NPY', ['[1]', JSON_TYPE, NPY], 200, /NUMPY/, NPY],
      ['broken JSON', ['{', JSON_TYPE], 400, /could not be read/],
      ['JSON too deep', ['['.repeat(100_000), JSON_TYPE], 400, /could not be read/],
      ['words', ['a,b'], 400, /could not be read/],
      ['a broken quotation', ['"a'], 400, /Error while decoding csv/],
      ['NPY that is none', ['x', NPY], 400, /could not be read/],
      ['NPY with a pickle', [npy('|O', '(1,)', Buffer.from('cos\nsystem\n.')), NPY], 400, /allow_pickle=False/],
      ['NPY that claims to be huge', [npy('<f8', '(999999999999,)', one), NPY], 400, /could not be read/],
      ['another type', ['x', 'application/xml'], 415, /"error": "UnsupportedFormatError"/, JSON_TYPE],
      ['another wish', ['1', 'text/csv', 'application/xml'], 406, /Content type application\/xml is not supported/],
    ];
    it.each(cases)('reads and writes %s', async (_, [body, type, accept], status, says, answered) => {
      const reply = await served.invoke(body, type ?? 'text/csv', accept);
      expect(reply.body).toMatch(says);
      expect(reply.status).toBe(status);
      if (answered) expect(reply.type).toBe(answered);
    });

    it('has no execution parameters', async () => {
      expect((await served.call('/execution-parameters')).status).toBe(404);
    });
  });

  it('does as its functions say, with the modules of the toolkit', async () => {
    const served = await serve({
      image: SKLEARN,
      environment: { ...PROGRAM, SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT: 'text/plain' },
      files: script(`
from sagemaker_containers.beta.framework import encoders, worker
from sagemaker_inference import content_types, errors
def model_fn(model_dir):
    return "model"
def input_fn(data, content_type):
    assert isinstance(data, str if content_type in content_types.UTF8_TYPES else bytes), type(data)
    if content_type == "application/teapot":
        raise errors.BaseInferenceToolkitError(418, "short and stout", "teapot")
    return data
def predict_fn(data, model):
    if data == "number":
        return 42
    return "%s saw %s" % (model, data if isinstance(data, str) else data.hex())
def output_fn(prediction, accept):
    if prediction == 42:
        return 42
    if accept == "text/csv":
        return worker.Response(encoders.encode([prediction], accept), mimetype=accept, status=201)
    return prediction, accept
def execution_parameters_fn():
    return json.dumps({"MaxPayloadInMB": 2})
`),
    });
    expect(await served.invoke('1', 'text/csv')).toMatchObject({
      status: 200,
      body: 'model saw 1',
      type: 'text/plain; charset=utf-8',
    });
    expect(await served.invoke('1', 'application/x-own')).toMatchObject({ body: 'model saw 31' });
    expect(await served.invoke('1', 'text/csv', 'text/csv')).toMatchObject({ status: 201, body: 'model saw 1\n' });
    expect(await served.invoke('1', 'application/teapot')).toMatchObject({ status: 418, body: 'short and stout' });
    const wrong = await served.invoke('number');
    expect(wrong).toMatchObject({ status: 500 });
    expect(wrong.body).toMatch(/^TypeError: output_fn .* must return text or bytes.*it returned int/);
    expect(await served.call('/execution-parameters')).toMatchObject({ status: 200, body: '{"MaxPayloadInMB": 2}' });
    await served.stop();
  });

  it('that fails, exits, hangs or is killed is told so, and the next request is answered', async () => {
    const served = await serve({
      image: SKLEARN,
      environment: { ...PROGRAM, SAGEMAKER_MODEL_SERVER_TIMEOUT: '2' },
      files: script(`
import signal
def model_fn(model_dir):
    return None
def transform_fn(model, data, content_type, accept):
    if data == "fail":
        raise ValueError("this went wrong")
    if data == "exit":
        os._exit(3)
    if data == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if data == "hang":
        while True:
            time.sleep(1)
    return "fine", "text/plain"
`),
    });
    const failed = await served.invoke('fail');
    expect(failed.status).toBe(500);
    expect(failed.body).toMatch(
      /^ValueError: this went wrong\nTraceback(.|\n)*inference\.py", line \d+, in transform_fn/,
    );
    expect(served.log()).toContain('ValueError: this went wrong');
    const hanging = served.invoke('hang');
    expect((await served.call('/ping')).status).toBe(200); // the front answers meanwhile
    expect(await hanging).toMatchObject({ status: 504, body: 'The model did not answer within 2 seconds.\n' });
    expect(await served.invoke('fine')).toMatchObject({ status: 200, body: 'fine' });
    expect((await served.invoke('exit')).body).toMatch(/ended in the midst of the request: it exited with status 3/);
    expect(await served.invoke('fine')).toMatchObject({ status: 200, body: 'fine' });
    expect((await served.invoke('kill')).body).toMatch(/it was killed by SIGKILL/);
    expect(await served.invoke('fine')).toMatchObject({ status: 200, body: 'fine' });
    await served.stop();
  });

  it('answers in parallel with several workers, and ends its requests before it ends', async () => {
    const served = await serve({
      image: SKLEARN,
      environment: { ...PROGRAM, SAGEMAKER_MODEL_SERVER_WORKERS: '2' },
      files: script(`
def model_fn(model_dir):
    return None
def transform_fn(model, data, content_type, accept):
    open("/tmp/" + data, "w").close()
    other = "/tmp/" + ("b" if data == "a" else "a")
    while data != "last" and not os.path.exists(other):
        time.sleep(0.01)
    time.sleep(0.2)
    return str(os.getpid()), "text/plain"
`),
    });
    const [a, b] = await Promise.all([served.invoke('a'), served.invoke('b')]);
    expect([a.status, b.status]).toEqual([200, 200]); // each waited for the other
    expect(a.body).not.toBe(b.body);
    const last = served.invoke('last');
    while (!existsSync(join(jobsFolder, served.jobId, 'tmp/last'))) await pause(5);
    await served.stop();
    expect((await last).status).toBe(200);
  });

  it.each<[string, string, RegExp]>([
    ['model_fn fails', 'def model_fn(model_dir):\n    raise OSError("no such model")\n', /OSError: no such model/],
    [
      'there is no model_fn',
      'def predict_fn(data, model):\n    return 1\n',
      /Please provide a model_fn implementation/,
    ],
    ['it does not import', 'import no_such_module\n', /No module named 'no_such_module'/],
    [
      'it has too many functions',
      `${ECHO}def transform_fn(a, b, c, d):\n    pass\ndef input_fn(a, b):\n    pass\n`,
      /Cannot use transform_fn implementation with input_fn/,
    ],
    ['it exits', 'sys.exit(4)\n', /SystemExit: 4/],
    ['it is killed', 'os.kill(os.getpid(), 9)\n', /ended while it loaded the model: it was killed by SIGKILL/],
  ])('is unhealthy when %s', async (_, text, says) => {
    const served = await start({ image: SKLEARN, environment: PROGRAM, files: script(text) });
    const { status, body } = await settled(served);
    expect(body).toMatch(says);
    expect(status).toBe(500);
    expect(served.log()).toMatch(says);
    expect(await served.invoke('1')).toMatchObject({ status: 500 });
    await served.stop();
  });

  it.each<[string, Record<string, string>, RegExp]>([
    ['no script is named', {}, /This image serves no model by itself: name the script in SAGEMAKER_PROGRAM/],
    ['the script is not there', { ...PROGRAM, SAGEMAKER_PROGRAM: 'x.py' }, /'x\.py'.*it holds inference\.py/],
    [
      'the code is not there',
      { ...PROGRAM, SAGEMAKER_SUBMIT_DIRECTORY: '/opt/ml/elsewhere' },
      /The code folder '\/opt\/ml\/elsewhere' \(SAGEMAKER_SUBMIT_DIRECTORY\) does not exist/,
    ],
    [
      'a number is none',
      { ...PROGRAM, SAGEMAKER_MODEL_SERVER_WORKERS: 'many' },
      /SAGEMAKER_MODEL_SERVER_WORKERS must be a whole number from 1 to 64, not 'many'/,
    ],
    [
      'a port range is none',
      { ...PROGRAM, SAGEMAKER_SAFE_PORT_RANGE: '9-1' },
      /SAGEMAKER_SAFE_PORT_RANGE must be like 30000-30010/,
    ],
    [
      'several models are asked for',
      { ...PROGRAM, SAGEMAKER_MULTI_MODEL: 'true' },
      /does not serve yet|do not serve yet/,
    ],
  ])('ends at once when %s', async (_, environment, says) => {
    const served = await start({ image: SKLEARN, environment, files: script(ECHO) });
    expect(await runner.exit(served.jobId)).toEqual({ kind: 'exited', code: 1 });
    expect(served.log()).toMatch(says);
  });

  it('listens on the port it is given, and says when it is taken', async () => {
    const taken = createServer();
    const port = await new Promise<number>((resolve) => {
      taken.listen(0, '127.0.0.1', () => resolve((taken.address() as { port: number }).port));
    });
    const environment = { ...PROGRAM, TELAR_BIND_SOCKET: '', SAGEMAKER_BIND_TO_PORT: String(port) };
    const serving = { image: SKLEARN, environment, files: script(ECHO), more: { networkIsolation: false } };
    const refused = await start(serving);
    expect(await runner.exit(refused.jobId)).toEqual({ kind: 'exited', code: 1 });
    expect(refused.log()).toMatch(/serve cannot listen: .*in use.*SAGEMAKER_BIND_TO_PORT/);
    await new Promise((resolve) => taken.close(resolve));
    const served = await start(serving);
    while (!served.log().includes('Model loaded')) await pause(25);
    const { status, text } = await fetch(`http://127.0.0.1:${port}/invocations`, { method: 'POST', body: '[1]' }).then(
      async (response) => ({ status: response.status, text: await response.text() }),
    );
    expect([status, text]).toEqual([415, expect.stringContaining('text/plain')]); // fetch names a type of its own
    await served.stop();
  });
});

// Skipped where there is no Python or no package index, with the reason printed.
describe.skipIf(reason)('a script on the XGBoost image', () => {
  it('reads bytes into a DMatrix, loads xgboost-model itself, and may take a context', async () => {
    const model = await trained(suite, BINARY, rowsOf(2));
    const served = await serve({
      image: XGBOOST,
      environment: PROGRAM,
      files: {
        'model/xgboost-model': model,
        ...script(`
from sagemaker_xgboost_container import encoder as xgb_encoders
def input_fn(data, content_type):
    assert isinstance(data, bytes)
    return xgb_encoders.csv_to_dmatrix(data) if content_type == "text/csv" else xgb_encoders.decode(data, content_type)
def predict_fn(data, model, context):
    assert context.system_properties["model_dir"] == "/opt/ml/model"
    return model.predict(data)
`),
      },
    });
    expect(await served.invoke('1,2\n0,3')).toMatchObject({ status: 200, type: 'application/json' });
    expect((await served.invoke('1,2\n0,3', 'text/csv', 'text/csv')).body).toMatch(/^\d\.\d+\n\d\.\d+\n$/);
    expect((await served.invoke('0:1', 'text/libsvm')).body).toMatch(/^\[\d\.\d+\]$/);
    expect((await served.invoke('x', 'image/png')).status).toBe(415);
    await served.stop();
  });
});

// Skipped where there is no Python or no package index, with the reason printed.
describe.skipIf(reason)('a model', () => {
  it('that one job trained with scikit-learn is served by another', async () => {
    const code = `
import argparse, os
import joblib, numpy
from sklearn.linear_model import LogisticRegression
def model_fn(model_dir):
    return joblib.load(os.path.join(model_dir, "model.joblib"))
if __name__ == "__main__":
    x = numpy.array([[0.0, 1.0], [1.0, 0.0], [0.1, 0.9], [0.9, 0.2]])
    model = LogisticRegression().fit(x, ["no", "yes", "no", "yes"])
    joblib.dump(model, os.path.join(os.environ["SM_MODEL_DIR"], "model.joblib"))
`;
    const files = {
      'input/config/hyperparameters.json': JSON.stringify(SCRIPT),
      'input/data/code/train.py': code,
    };
    const { exit, log, jobId } = await run(files, { image: SKLEARN, networkIsolation: true });
    expect(exit, log).toEqual(DONE);
    const model = readFileSync(join(runner.folder(jobId).ml, 'model/model.joblib'));
    const served = await start({
      image: SKLEARN,
      environment: { ...PROGRAM, SAGEMAKER_PROGRAM: 'train.py' },
      files: { 'model/code/train.py': code, 'model/model.joblib': model },
    });
    expect((await settled(served)).status, served.log()).toBe(200);
    expect((await served.invoke('0.1,0.8\n1,0.1')).body).toBe('["no", "yes"]');
    // One row becomes a vector, as on AWS, and scikit-learn says what it wants instead.
    const one = await served.invoke('0.1,0.8');
    expect([one.status, one.body]).toEqual([500, expect.stringContaining('Expected 2D array, got 1D array instead')]);
    await served.stop();
  });
});
