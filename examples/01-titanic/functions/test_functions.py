"""The three functions of the flows, with SageMaker and S3 in memory."""

from __future__ import annotations

import io
import json
import unittest
from typing import Any

import eval_metrics
import get_approved_model
import write_manifest

EXECUTION = "arn:aws:sagemaker:eu-west-1:123456789012:pipeline/p/execution/e"
PACKAGE = "arn:aws:sagemaker:eu-west-1:123456789012:model-package/g/7"


class S3:
    def __init__(self, **objects: str) -> None:
        self.objects = {key.replace("__", "/"): text for key, text in objects.items()}

    def get_object(self, Bucket: str, Key: str) -> dict[str, Any]:
        return {"Body": io.BytesIO(self.objects[Key].encode())}

    def put_object(self, Bucket: str, Key: str, Body: bytes, ContentType: str) -> None:
        self.objects[Key] = Body.decode()


class Pipeline:
    """Its steps come in two pages."""

    def __init__(self, registered: bool = True, evaluated: bool = True) -> None:
        job = {"ProcessingJob": {"Arn": "arn:aws:sagemaker:eu-west-1:123456789012:processing-job/pipelines-e-eval"}}
        self.pages = [
            [{"StepName": "ModelEvaluation", "Metadata": job if evaluated else {}}],
            [{"StepName": "RegisterModel", "Metadata": {"RegisterModel": {"Arn": PACKAGE}}}] if registered else [],
        ]

    def list_pipeline_execution_steps(self, PipelineExecutionArn: str, NextToken: str = "0") -> dict[str, Any]:
        at = int(NextToken)
        more = {"NextToken": str(at + 1)} if at + 1 < len(self.pages) else {}
        return {"PipelineExecutionSteps": self.pages[at], **more}

    def describe_processing_job(self, ProcessingJobName: str) -> dict[str, Any]:
        assert ProcessingJobName == "pipelines-e-eval"
        output = {"OutputName": "evaluation", "S3Output": {"S3Uri": "s3://b/pipeline/runs/e/evaluation"}}
        return {"ProcessingOutputConfig": {"Outputs": [output]}}


class EvalMetrics(unittest.TestCase):
    def judge(self, pipeline: Pipeline, accuracy: float = 0.8, f1: float = 0.75) -> dict[str, Any]:
        evaluation = json.dumps({"metrics": {"accuracy": accuracy, "f1": f1}})
        self.s3 = S3(**{"pipeline__runs__e__evaluation__evaluation.json": evaluation})
        event = {
            "pipelineExecutionArn": EXECUTION,
            "accuracyThreshold": 0.78,
            "f1Threshold": 0.7,
            "runDate": "2026-11-27",
            "runId": "r1",
            "executionArn": "arn:x",
        }
        return eval_metrics.judge(event, pipeline, self.s3)

    def test_a_good_model(self) -> None:
        verdict = self.judge(Pipeline())
        self.assertEqual(
            verdict,
            {"registered": True, "modelPackageArn": PACKAGE, "accuracy": 0.8, "f1": 0.75, "reasons": []},
        )
        written = json.loads(self.s3.objects["reports/run_date=2026-11-27/run_id=r1/verdict.json"])
        self.assertEqual(written["pipelineExecutionArn"], EXECUTION)
        self.assertEqual({**written, **verdict}, written)

    def test_each_reason_is_given(self) -> None:
        self.assertEqual(self.judge(Pipeline(), accuracy=0.78, f1=0.6999)["reasons"], ["F1 0.6999 is below 0.7"])
        verdict = self.judge(Pipeline(registered=False), accuracy=0.5, f1=0.1)
        self.assertEqual((verdict["registered"], verdict["modelPackageArn"], len(verdict["reasons"])), (False, "", 3))

    def test_without_an_evaluation_it_fails_by_name(self) -> None:
        with self.assertRaisesRegex(eval_metrics.EvaluationMissing, "no step ModelEvaluation"):
            self.judge(Pipeline(evaluated=False))


class Registry:
    def __init__(self, *approved: dict[str, Any], facts: dict[str, str] | None = None) -> None:
        self.approved, self.facts = approved, facts or {}

    def list_model_packages(self, **asked: Any) -> dict[str, Any]:
        assert (asked["ModelApprovalStatus"], asked["SortOrder"]) == ("Approved", "Descending")
        return {"ModelPackageSummaryList": list(self.approved[: asked["MaxResults"]])}

    def describe_model_package(self, ModelPackageName: str) -> dict[str, Any]:
        return {"CustomerMetadataProperties": self.facts} if self.facts else {}


class GetApprovedModel(unittest.TestCase):
    def test_the_newest_with_its_code(self) -> None:
        bundle = "s3://b/pipeline/code/0a1b2c/pipeline_code.tar.gz"
        package = {"ModelPackageArn": PACKAGE, "ModelPackageVersion": 7}
        found = get_approved_model.newest_approved("g", Registry(package, facts={"CodeBundleUri": bundle}))
        expected = {"modelPackageArn": PACKAGE, "version": 7, "codeBundleUri": bundle, "codeSha": "0a1b2c"}
        self.assertEqual(found, expected)
        self.assertEqual(get_approved_model.newest_approved("g", Registry(package))["codeSha"], "")

    def test_none(self) -> None:
        with self.assertRaisesRegex(get_approved_model.NoApprovedModel, "'g' has no approved version"):
            get_approved_model.newest_approved("g", Registry())


class WriteManifest(unittest.TestCase):
    def write(self, predictions: str) -> tuple[dict[str, Any], S3]:
        rows = {"read": 4, "kept": 3, "rejected": 1}
        cleaning = {"run_date": "d", "run_id": "r", "inputs": [{"uri": "s3://b/x", "version_id": "v"}], "rows": rows}
        s3 = S3(**{"c__cleaning.json": json.dumps(cleaning), "p__passengers.csv.out": predictions})
        model = {"modelPackageArn": PACKAGE, "version": 7, "codeBundleUri": "s3://b/code", "codeSha": "abc"}
        event = {
            "curatedUri": "s3://b/c",
            "predictionsUri": "s3://b/p",
            "model": model,
            "modelName": "m",
            "executionArn": "a",
        }
        return write_manifest.write_manifest(event, s3), s3

    def test_says_what_the_predictions_were_made_of(self) -> None:
        answer, s3 = self.write("1,0.25\n2,0.75\n3,1\n")
        first = {"PassengerId": "1", "probability": 0.25}
        self.assertEqual((answer["manifestUri"], answer["rows"], answer["first"][0]), ("s3://b/p/manifest.json", 3, first))
        manifest = json.loads(s3.objects["p/manifest.json"])
        self.assertEqual(manifest["rows"], {"read": 4, "kept": 3, "rejected": 1, "predicted": 3})
        self.assertEqual((manifest["code_sha"], manifest["inputs"][0]["version_id"]), ("abc", "v"))
        self.assertEqual(manifest["predicted_to_survive"], 2)

    def test_no_manifest_for_predictions_that_are_not_whole(self) -> None:
        with self.assertRaisesRegex(write_manifest.RowsMissing, "has 2 rows, and 3 passengers"):
            self.write("1,0.25\n2,0.75\n")


if __name__ == "__main__":
    unittest.main()
