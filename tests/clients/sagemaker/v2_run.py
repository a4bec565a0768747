"""Experiments as notebooks keep them: a Run that logs, a job that goes on with it, and the results found again."""

import sagemaker
from sagemaker.analytics import ExperimentAnalytics
from sagemaker.experiments.run import Run, list_runs, load_run
from sagemaker.s3 import S3Downloader
from sagemaker.sklearn.estimator import SKLearn

session = sagemaker.Session()
client = session.sagemaker_client

# In a notebook: parameters, metrics step by step, files, tables and curves.
with Run(experiment_name="Shellfish-Study", run_name="by-hand", sagemaker_session=session) as run:
    run.log_parameter("alpha", 0.5)
    run.log_parameters({"kind": "ridge", "folds": 5})
    for step in range(12):
        run.log_metric("train:loss", 12.0 - step, step=step)
    run.log_metric("test:r2", 0.75)
    with open("note.txt", "w") as file:
        file.write("a note")
    run.log_file("note.txt", name="note")
    run.log_artifact("data", "s3://elsewhere/data.csv", media_type="text/csv", is_output=False)
    with load_run(sagemaker_session=session) as same:
        print("same", same is run)

# Once more, to add to it.
with load_run(experiment_name="Shellfish-Study", run_name="by-hand", sagemaker_session=session) as run:
    run.log_metric("test:r2", 0.8)

# A job of the run.
with Run(experiment_name="Shellfish-Study", run_name="in-a-job", sagemaker_session=session) as run:
    estimator = SKLearn(
        entry_point="train.py",
        source_dir="code/track",
        framework_version="1.4-2",
        py_version="py3",
        instance_type="ml.m5.large",
        role=sagemaker.get_execution_role(),
        sagemaker_session=session,
    )
    estimator.fit(job_name="tracked", logs="All")

# The results. Run keeps its names in lower case.
component = client.describe_trial_component(TrialComponentName="shellfish-study-by-hand")
print("status", component["Status"]["PrimaryStatus"])
print("parameters", sorted((name, *value.values()) for name, value in component["Parameters"].items()))
for metric in sorted(component["Metrics"], key=lambda metric: metric["MetricName"]):
    print("metric", metric["MetricName"], [metric[name] for name in ("Count", "Min", "Max", "Avg", "Last")])
print("inputs", {name: artifact["Value"] for name, artifact in component["InputArtifacts"].items()})
print("note", S3Downloader.read_file(component["OutputArtifacts"]["note"]["Value"]))

metrics = session.sagemaker_metrics_client.batch_get_metrics(
    MetricQueries=[
        {
            "MetricName": "train:loss",
            "ResourceArn": component["TrialComponentArn"],
            "MetricStat": "Last",
            "Period": "IterationNumber",
            "XAxisType": "IterationNumber",
            "Start": 10,
        }
    ]
)["MetricQueryResults"][0]
print("series", metrics["XAxisValues"], metrics["MetricValues"])

tracked = client.describe_trial_component(TrialComponentName="shellfish-study-in-a-job")
print("tracked", tracked["Parameters"]["epochs"]["NumberValue"], sorted(tracked["OutputArtifacts"]))
print("tracked", [(m["MetricName"], m["Count"], round(m["Avg"], 3)) for m in tracked["Metrics"]])

curves = client.list_associations(SourceArn=tracked["TrialComponentArn"])["AssociationSummaries"]
print("curves", [client.describe_artifact(ArtifactArn=curve["DestinationArn"])["ArtifactType"] for curve in curves])

print("runs", sorted(run.run_name for run in list_runs("Shellfish-Study", sagemaker_session=session)))
found = client.search(
    Resource="ExperimentTrialComponent",
    SearchExpression={
        "Filters": [
            {"Name": "Parents.ExperimentName", "Operator": "Equals", "Value": "shellfish-study"},
            {"Name": "Metrics.test:r2.Max", "Operator": "GreaterThanOrEqualTo", "Value": "0.8"},
        ]
    },
)["Results"]
print("found", [result["TrialComponent"]["TrialComponentName"] for result in found])
table = ExperimentAnalytics(experiment_name="shellfish-study", sagemaker_session=session).dataframe()
row = table[table["TrialComponentName"] == "shellfish-study-by-hand"].iloc[0]
print("table", row["alpha"], row["train:loss - Last"], row["test:r2 - Avg"])
