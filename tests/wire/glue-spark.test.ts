/** Glue jobs that run on Spark, where there is Java: real PySpark over real objects. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GlueBench, openGlueBench } from '../support/glue.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

const hasJava = (process.env['PATH'] ?? '').split(':').some((folder) => existsSync(join(folder, 'java')));

let server: TestServer;
let bench: GlueBench;

beforeAll(async () => {
  server = await startTestServer({ jobLimits: { grace: 1000 } });
  bench = await openGlueBench(server, 'spark');
  if (hasJava) await bench.prepare('glueetl');
});
afterAll(() => server.close());

const HEAD = `
import sys
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext
from awsglue.context import GlueContext
from awsglue.job import Job
from awsglue.dynamicframe import DynamicFrame
from awsglue.transforms import *

args = getResolvedOptions(sys.argv, ["JOB_NAME", "out"])
sc = SparkContext()
glue = GlueContext(sc)
spark = glue.spark_session
job = Job(glue)
job.init(args["JOB_NAME"], args)
`;

async function run(name: string, script: string) {
  const ScriptLocation = await bench.put(`scripts/${name}.py`, `${HEAD}${script}\njob.commit()\n`);
  await bench.glue.createJob({
    ...{ Name: name, Role: bench.roleArn, GlueVersion: '5.0', WorkerType: 'G.1X', NumberOfWorkers: 2 },
    Command: { Name: 'glueetl', ScriptLocation },
  });
  return bench.run(name, { '--out': `s3://spark/${name}/out/` });
}

async function parts(prefix: string): Promise<string[]> {
  const { Contents = [] } = await bench.s3.listObjectsV2({ Bucket: 'spark', Prefix: prefix });
  const keys = Contents.map(({ Key }) => Key!).filter((key) => /\/part-/.test(key));
  return Promise.all(keys.map((key) => bench.read(key)));
}

/** One job for all, since starting Spark takes longest. */
const SCRIPT = `
people = glue.create_dynamic_frame.from_options(
    connection_type="s3", connection_options={"paths": ["s3://spark/people/"], "recurse": True},
    format="csv", format_options={"withHeader": True})
grown = Filter.apply(frame=people, f=lambda row: row["age"] is not None)
mapped = ApplyMapping.apply(frame=grown, mappings=[("id", "string", "key", "long"), ("name", "string", "name", "string"), ("age", "string", "age", "int")])
print("rows", mapped.count(), mapped.toDF().dtypes)
glue.write_dynamic_frame.from_options(
    frame=mapped.coalesce(1), connection_type="s3", connection_options={"path": args["out"] + "csv/"}, format="csv")

from pyspark.errors import AnalysisException
frame = spark.createDataFrame([(1, "a"), (2, "b")], ["n", "letter"])
out = args["out"]
frame.coalesce(1).write.parquet(out + "p")
frame.coalesce(1).write.mode("append").parquet(out + "p")
print("appended", spark.read.parquet(out + "p").count())
frame.write.mode("overwrite").partitionBy("letter").parquet(out + "p")
again = spark.read.parquet(out + "p")
print("replaced", again.count(), sorted(again.columns))
frame.write.mode("ignore").parquet(out + "p")
for work in (lambda: frame.write.parquet(out + "p"), lambda: spark.read.csv("s3://spark/nothing/here/")):
    try:
        work()
    except AnalysisException as error:
        print("refused", error)
DynamicFrame.fromDF(frame, glue, "x").write("s3", {"path": out + "j", "partitionKeys": ["letter"]}, "json")
print("lines", sorted(sc.textFile(out + "j/letter=a").collect()))
try:
    glue.create_dynamic_frame.from_catalog(database="d", table_name="t")
except NotImplementedError as error:
    print("refused", error)
`;

// Spark runs on Java, which this machine may be without: the run is then refused, as runs.test.ts has it.
describe.skipIf(!hasJava)('a glueetl job', () => {
  it('reads DynamicFrames from S3, maps them, and writes to S3 as the mode says', { timeout: 300_000 }, async () => {
    await bench.put('people/a.csv', 'id,name,age\n1,Ada,36\n2,"Bob, Jr",\n');
    await bench.put('people/sub/b.csv', 'id,name,age\n3,Cleo,40\n');
    const ended = await run('maps', SCRIPT);
    expect(ended.ErrorMessage).toBeUndefined();
    expect(ended).toMatchObject({ JobRunState: 'SUCCEEDED', WorkerType: 'G.1X', LogGroupName: '/aws-glue/jobs' });
    const log = await bench.log('output', ended.Id!, '/aws-glue/jobs');
    expect(log).toContain("rows 2 [('key', 'bigint'), ('name', 'string'), ('age', 'int')]");
    expect(await parts('maps/out/csv/')).toEqual(['key,name,age\n1,Ada,36\n3,Cleo,40\n']);
    expect(log).toContain('appended 4\n');
    expect(log).toContain("replaced 2 ['letter', 'n']\n");
    expect(log).toContain('refused [PATH_ALREADY_EXISTS] Path already exists: s3://spark/maps/out/p.\n');
    expect(log).toContain('refused [PATH_NOT_FOUND] Path does not exist: s3://spark/nothing/here/.\n');
    expect(log).toContain(`lines ['{"n":1}']\n`);
    expect(log).toContain('refused Telar has no Glue Data Catalog');
  });
});
