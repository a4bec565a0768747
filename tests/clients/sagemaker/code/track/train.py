"""Trains nothing, and says so: goes on with the run that the notebook began, and asks AWS's own addresses who it is."""

import sagemaker
from sagemaker.experiments.run import load_run

session = sagemaker.Session()
region = session.boto_region_name
sts = session.boto_session.client("sts", region_name=region, endpoint_url=f"https://sts.{region}.amazonaws.com")
print("job is", sts.get_caller_identity()["Arn"])
print("job's role", sagemaker.get_execution_role(session))
print("job's bucket", session.default_bucket())

with load_run(sagemaker_session=session) as run:
    print("job's run", run.experiment_name, run.run_name)
    run.log_parameter("epochs", 3)
    for epoch in range(3):
        run.log_metric("validation:loss", 1 / (epoch + 1), step=epoch)
    run.log_confusion_matrix([0, 1, 1], [0, 1, 0], title="matrix")
    with open("/tmp/weights.txt", "w") as file:
        file.write("no weights")
    run.log_file("/tmp/weights.txt", name="weights")
