"""Single jobs, without a pipeline, as a notebook starts them: logs on the screen, results in the session's bucket."""

import tarfile

import sagemaker
from sagemaker.estimator import Estimator
from sagemaker.inputs import TrainingInput
from sagemaker.processing import ProcessingInput, ProcessingOutput, ScriptProcessor
from sagemaker.s3 import S3Downloader, S3Uploader
from sagemaker.sklearn.estimator import SKLearn
from sagemaker.sklearn.processing import SKLearnProcessor
from sagemaker.xgboost.estimator import XGBoost

from shellfish import write_table

session = sagemaker.Session()
role = sagemaker.get_execution_role()
print("role", role)
bucket = session.default_bucket()
print("bucket", bucket)

# Files go up and come back.
table = write_table("shellfish.csv", rows=300)
data = session.upload_data(table, key_prefix="jobs/data")
print("uploaded", data)
print("downloaded", session.download_data("back", bucket, key_prefix="jobs/data/shellfish.csv"))
S3Uploader.upload_string_as_file_body("a note", f"s3://{bucket}/jobs/notes/note.txt")
print("listed", S3Downloader.list(f"s3://{bucket}/jobs/notes"), S3Downloader.read_file(f"s3://{bucket}/jobs/notes/note.txt"))

# A processing job, whose log is waited for.
processor = SKLearnProcessor(
    framework_version="1.2-1",
    role=role,
    instance_type="ml.m5.large",
    instance_count=1,
    base_job_name="prepare",
    sagemaker_session=session,
)
processor.run(
    code="code/preprocess.py",
    inputs=[ProcessingInput(source=data, destination="/opt/ml/processing/input")],
    outputs=[
        ProcessingOutput(source="/opt/ml/processing/train", output_name="train"),
        ProcessingOutput(source="/opt/ml/processing/validation", output_name="validation"),
    ],
    wait=True,
    logs=True,
)
described = processor.latest_job.describe()
print("processing", described["ProcessingJobStatus"])
train_uri = described["ProcessingOutputConfig"]["Outputs"][0]["S3Output"]["S3Uri"]

# The built-in XGBoost.
image = sagemaker.image_uris.retrieve("xgboost", session.boto_region_name, version="1.7-1")
built_in = Estimator(image, role, instance_count=1, instance_type="ml.m5.large", sagemaker_session=session)
built_in.set_hyperparameters(objective="reg:squarederror", num_round=5)
built_in.fit({"train": TrainingInput(train_uri, content_type="csv")}, logs="All")
print("built-in", built_in.latest_training_job.describe()["TrainingJobStatus"])
print("model", built_in.model_data)
print("metrics", sorted(m["MetricName"] for m in built_in.latest_training_job.describe()["FinalMetricDataList"]))

# Its model scores a file: the rows that it has not seen, without the truth that stands first in them.
validation_uri = described["ProcessingOutputConfig"]["Outputs"][1]["S3Output"]["S3Uri"]
transformer = built_in.transformer(
    instance_count=1, instance_type="ml.m5.large", accept="text/csv", assemble_with="Line", output_path=f"s3://{bucket}/jobs/scores"
)
transformer.transform(
    validation_uri, content_type="text/csv", split_type="Line", input_filter="$[1:]", join_source="Input", output_filter="$[0,-1]",
    wait=True, logs=False,
)
scores = S3Downloader.read_file(f"{transformer.output_path}/validation.csv.out").splitlines()
print("scored", len(scores), sorted({len(line.split(",")) for line in scores}))
transformer.delete_model()

# A script on scikit-learn, with a folder of code.
ridge = SKLearn(
    entry_point="train.py",
    source_dir="code/ridge",
    framework_version="1.2-1",
    py_version="py3",
    instance_type="ml.m5.large",
    role=role,
    hyperparameters={"alpha": 0.5},
    metric_definitions=[{"Name": "train:r2", "Regex": "training r2: ([0-9.]+);"}],
    sagemaker_session=session,
)
ridge.fit({"train": data}, job_name="ridge-of-shellfish")
print("ridge", ridge.latest_training_job.name, ridge.hyperparameters()["alpha"])
S3Downloader.download(f"s3://{bucket}/ridge-of-shellfish/output/output.tar.gz", "results")
with tarfile.open("results/output.tar.gz") as archive:
    print("settings", archive.extractfile("settings.json").read().decode())

# A script on XGBoost.
boost = XGBoost(
    entry_point="code/boost.py",
    framework_version="1.7-1",
    instance_type="ml.m5.large",
    instance_count=1,
    role=role,
    hyperparameters={"num_round": 4, "max_depth": 3},
    sagemaker_session=session,
)
boost.fit({"train": data}, wait=False)
boost.latest_training_job.wait(logs="None")
print("boost", session.describe_training_job(boost.latest_training_job.name)["TrainingJobStatus"])

# Attached to again, from its name alone.
attached = SKLearn.attach("ridge-of-shellfish", sagemaker_session=session)
print("attached", attached.entry_point, attached.model_data == ridge.model_data)

# A script that fails says why.
broken = ScriptProcessor(image_uri=image, command=["python3"], role=role, instance_count=1, instance_type="ml.m5.large",
                         base_job_name="broken", sagemaker_session=session)
try:
    broken.run(code="code/evaluate.py", logs=False)
except sagemaker.exceptions.UnexpectedStatusException as problem:
    print("broken", problem.actual_status, broken.latest_job.describe()["FailureReason"])
