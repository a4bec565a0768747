"""preprocess.py as a job: its files, its messages, and the same bytes from the same inputs."""

from __future__ import annotations

import subprocess
import tempfile
import threading
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path
from typing import ClassVar

import numpy as np

import features
import preprocess
import testing

LINES = (testing.HERE.parent / "data" / "titanic.csv").read_text(encoding="utf-8").splitlines(keepends=True)
CUT = 1 + int(0.8 * (len(LINES) - 1))


class Objects(BaseHTTPRequestHandler):
    """As much of S3 as one GetObject needs: two objects, NoSuchKey, AccessDenied."""

    objects: ClassVar = {"/bucket/train.csv": LINES[:CUT], "/bucket/validation.csv": [LINES[0], *LINES[CUT:]]}

    def do_GET(self) -> None:
        path = self.path.split("?")[0]
        if path in self.objects:
            self.answer(200, "".join(self.objects[path]))
        elif path.startswith("/secret/"):
            self.answer(403, "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>")
        else:
            self.answer(404, "<Error><Code>NoSuchKey</Code><Message>No such key.</Message></Error>")

    def answer(self, status: int, text: str) -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


class Preprocess(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        self.environment: dict[str, str] | None = None
        self.train = self.put("train.csv", LINES[:CUT])
        self.validation = self.put("validation.csv", [LINES[0], *LINES[CUT:]])

    def put(self, name: str, lines: list[str]) -> Path:
        path = self.root / name
        path.write_text("".join(lines), encoding="utf-8")
        return path

    def run_job(self, train: object, validation: object, root: str = "ml") -> subprocess.CompletedProcess[str]:
        """In this process; where it needs an environment of its own (`self.environment`), as a process."""
        arguments = ["--input-train-uri", str(train), "--input-validation-uri", str(validation)]
        arguments += ["--output-prefix", "s3://bucket/prefix", "--code-bundle-uri", "s3://bucket/code.tar.gz"]
        if self.environment is None:
            return testing.run_here(preprocess, arguments, self.root / root)
        return testing.run_as_process("preprocess.py", arguments, self.root / root, self.environment)

    def with_s3(self) -> dict[str, str]:
        """Serve `Objects`; the environment that points boto3 there."""
        server = ThreadingHTTPServer(("127.0.0.1", 0), Objects)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.server_port}",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
            "NO_PROXY": "127.0.0.1",
        }

    def assert_refused(self, result: subprocess.CompletedProcess[str], *words: str) -> None:
        self.assertEqual(result.returncode, 1, result.stderr)
        self.assertNotIn("Traceback", result.stdout + result.stderr)
        message = (self.root / "ml" / "output" / "message").read_text(encoding="utf-8")
        for word in words:
            self.assertIn(word, message)
            self.assertIn(word, result.stdout)

    def test_writes_what_xgboost_reads(self) -> None:
        result = self.run_job(self.train, self.validation)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        output = self.root / "ml" / "processing" / "output"
        for name, rows in (("train", 1047), ("validation", 262)):
            table = np.loadtxt(output / name / f"{name}.csv", delimiter=",")
            self.assertEqual(table.shape, (rows, 1 + len(features.FEATURES)))
            self.assertEqual(set(table[:, 0]), {0, 1})
            self.assertTrue(np.isfinite(table).all())
        loaded = features.load(output / "preprocessor" / "preprocessor.json")
        self.assertEqual(loaded.training_rows, 1047)

    def test_the_same_inputs_give_the_same_bytes(self) -> None:
        for root, seed in (("one", "1"), ("two", "2")):
            self.environment = {"PYTHONHASHSEED": seed}
            self.assertEqual(self.run_job(self.train, self.validation, root).returncode, 0)
        files = sorted(p.relative_to(self.root / "one") for p in (self.root / "one").rglob("*") if p.is_file())
        self.assertEqual(len(files), 3)
        for file in files:
            self.assertEqual((self.root / "one" / file).read_bytes(), (self.root / "two" / file).read_bytes())

    def test_validation_rows_do_not_reach_the_training_outputs(self) -> None:
        other = self.put("other.csv", [LINES[0], *LINES[CUT : CUT + 9]])
        self.run_job(self.train, self.validation, "one")
        self.run_job(self.train, other, "two")
        train = Path("processing/output/train/train.csv")
        self.assertEqual((self.root / "one" / train).read_bytes(), (self.root / "two" / train).read_bytes())
        learned = [
            features.load(self.root / r / "processing/output/preprocessor/preprocessor.json") for r in ("one", "two")
        ]
        self.assertEqual(learned[0], learned[1])

    def test_missing_columns_are_named(self) -> None:
        bad = self.put("bad.csv", ["Survived,Pclass,Name\n", '1,3,"Doe, Mr. J"\n'])
        self.assert_refused(self.run_job(self.train, bad), "bad.csv", "lacks the columns Sex, Ticket, SibSp, Parch")

    def test_empty_files(self) -> None:
        self.assert_refused(self.run_job(self.put("none.csv", []), self.validation), "none.csv", "CSV")
        self.assert_refused(self.run_job(self.train, self.put("head.csv", LINES[:1])), "head.csv", "no rows")

    def test_a_wrong_label_is_found_by_its_line(self) -> None:
        bad = self.put("label.csv", [LINES[0], LINES[1], LINES[2].replace("2,0,", "2,x,", 1)])
        self.assert_refused(self.run_job(bad, self.validation), "label.csv", "line 3")

    @unittest.skipUnless(find_spec("boto3"), "boto3 is not installed here")
    def test_reads_from_s3(self) -> None:
        self.assertEqual(self.run_job(self.train, self.validation, "one").returncode, 0)
        self.environment = self.with_s3()
        result = self.run_job("s3://bucket/train.csv", "s3://bucket/validation.csv", "two")
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        for file in ("train/train.csv", "validation/validation.csv"):
            one, two = (self.root / r / "processing" / "output" / file for r in ("one", "two"))
            self.assertEqual(one.read_bytes(), two.read_bytes())

    @unittest.skipUnless(find_spec("boto3"), "boto3 is not installed here")
    def test_s3_errors_say_what_to_do(self) -> None:
        self.environment = self.with_s3()
        self.assert_refused(
            self.run_job("s3://bucket/x.csv", self.validation), "s3://bucket/x.csv", "NoSuchKey", "Upload"
        )
        denied = self.run_job("s3://secret/x.csv", self.validation)
        self.assert_refused(denied, "AccessDenied", "s3:GetObject on arn:aws:s3:::secret/x.csv")

    def test_what_is_not_there(self) -> None:
        self.assert_refused(self.run_job(self.root / "gone.csv", self.validation), "gone.csv", "No such file")
        self.assert_refused(self.run_job("s3://bucket", self.validation), "s3://bucket", "s3://bucket/key")


if __name__ == "__main__":
    unittest.main()
