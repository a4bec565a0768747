"""Single jobs by version 3 of the SDK: ModelTrainer with code of one's own and its drivers, and a processor."""

import logging
from pathlib import Path

from sagemaker.core import image_uris
from sagemaker.core.helper.session_helper import Session, get_execution_role
from sagemaker.core.processing import ScriptProcessor
from sagemaker.core.resources import TrainingJob
from sagemaker.core.shapes import ProcessingInput, ProcessingOutput, ProcessingS3Input, ProcessingS3Output
from sagemaker.train import ModelTrainer
from sagemaker.train.configs import Compute, InputData, SourceCode, StoppingCondition

from shellfish import write_table

logging.basicConfig(level=logging.INFO)  # it tells of jobs, and their logs, through `logging`

session = Session()
role = get_execution_role()
region = session.boto_region_name
bucket = session.default_bucket()
Path("data").mkdir()
table = write_table("data/shellfish.csv", rows=300)
data = session.upload_data(table, key_prefix="jobs-v3/data")

sklearn = image_uris.retrieve("sklearn", region, version="1.2-1", py_version="py3", instance_type="ml.m5.large")
trainer = ModelTrainer(
    training_image=sklearn,
    source_code=SourceCode(source_dir="code/ridge", entry_script="train.py"),
    compute=Compute(instance_type="ml.m5.large", instance_count=1, volume_size_in_gb=10),
    stopping_condition=StoppingCondition(max_runtime_in_seconds=600),
    hyperparameters={"alpha": 0.5},
    base_job_name="ridge",
    role=role,
    sagemaker_session=session,
)
trainer.train(input_data_config=[InputData(channel_name="train", data_source=data)], wait=True, logs=True)
job = trainer._latest_training_job
print("trained", job.training_job_status, job.secondary_status)
print("model", job.model_artifacts.s3_model_artifacts)

# A command instead of a script, and a channel from this machine's own folder.
commanded = ModelTrainer(
    training_image=sklearn,
    source_code=SourceCode(source_dir="code/ridge", command="python train.py --alpha $SM_HP_ALPHA"),
    compute=Compute(instance_type="ml.m5.large", instance_count=1),
    hyperparameters={"alpha": 2},
    base_job_name="ridge-command",
    role=role,
    sagemaker_session=session,
)
commanded.train(input_data_config=[InputData(channel_name="train", data_source="data")], logs=False)
print("commanded", TrainingJob.get(commanded._latest_training_job.training_job_name).training_job_status)

processor = ScriptProcessor(
    image_uri=sklearn,
    command=["python3"],
    instance_type="ml.m5.large",
    instance_count=1,
    base_job_name="prepare",
    role=role,
    sagemaker_session=session,
)
processor.run(
    code="code/preprocess.py",
    inputs=[
        ProcessingInput(
            input_name="input",
            s3_input=ProcessingS3Input(
                s3_uri=data, local_path="/opt/ml/processing/input", s3_data_type="S3Prefix", s3_input_mode="File"
            ),
        )
    ],
    outputs=[
        ProcessingOutput(
            output_name="train",
            s3_output=ProcessingS3Output(
                s3_uri=f"s3://{bucket}/jobs-v3/train", local_path="/opt/ml/processing/train", s3_upload_mode="EndOfJob"
            ),
        )
    ],
    wait=True,
    logs=True,
)
processor.latest_job.refresh()
print("processed", processor.latest_job.processing_job_status)
