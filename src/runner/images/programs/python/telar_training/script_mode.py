"""Script mode: the user's code is fetched, its requirements are installed, and it runs as on SageMaker."""
import logging
import os
import shlex
import shutil
import signal
import stat
import subprocess
import sys
import tarfile
import tempfile
import venv
from urllib.parse import urlparse

from . import contract

log = logging.getLogger("telar")
TRACEBACK = "Traceback (most recent call last):"
LONGEST_MESSAGE = 800  # a FailureReason holds 1024 characters, of which the frame around it takes some


def extract(archive, folder):
    """Unpacks the code. Members that would land outside the folder are refused."""
    with tarfile.open(archive) as tar:
        if hasattr(tarfile, "data_filter"):
            tar.extractall(folder, filter="data")
            return
        root = os.path.realpath(folder)
        for member in tar.getmembers():
            target = os.path.realpath(os.path.join(folder, member.name))
            if not (target == root or target.startswith(root + os.sep)) or not (member.isfile() or member.isdir()):
                raise contract.UserError("The code archive holds '%s', which would land outside its folder or is a link." % member.name)
        tar.extractall(folder)


def download(uri, path):
    import boto3
    from botocore.exceptions import BotoCoreError, ClientError

    parsed = urlparse(uri)
    try:
        boto3.client("s3").download_file(parsed.netloc, parsed.path.lstrip("/"), path)
    except (BotoCoreError, ClientError) as error:
        raise contract.UserError("The code %s could not be read: %s" % (uri, error))


def fetch_code(source):
    """Puts the user's code into the code folder."""
    os.makedirs(contract.CODE, exist_ok=True)
    if source.startswith("s3://"):
        with tempfile.TemporaryDirectory() as folder:
            archive = os.path.join(folder, "sourcedir.tar.gz")
            download(source, archive)
            extract(archive, contract.CODE)
    elif os.path.isdir(source):
        if os.path.realpath(source) != os.path.realpath(contract.CODE):
            shutil.copytree(source, contract.CODE, dirs_exist_ok=True)
    elif os.path.isfile(source):
        extract(source, contract.CODE)
    else:
        raise contract.UserError("The code folder '%s' (sagemaker_submit_directory) does not exist." % source)


def site_packages(prefix):
    return os.path.join(prefix, "lib", "python%d.%d" % sys.version_info[:2], "site-packages")


def install_requirements(arguments):
    """A layer over the image's packages, in the job's own folder: what is there already is not installed again."""
    layer = os.path.join(tempfile.gettempdir(), "layer")
    venv.create(layer, with_pip=False, symlinks=True)
    with open(os.path.join(site_packages(layer), "image.pth"), "w") as file:
        file.write(site_packages(sys.prefix) + "\n")
    python = os.path.join(layer, "bin", "python")
    log.info("Installing dependencies: pip install %s", " ".join(arguments))
    command = [python, "-m", "pip", "install", "--no-input", "--disable-pip-version-check", *arguments]
    if subprocess.run(command, cwd=contract.CODE).returncode != 0:
        raise contract.UserError(
            'InstallRequirementsError:\nCommand "%s" failed. The lines above it in the log say why; a job with network '
            "isolation can install nothing." % shlex.join(command)
        )
    return python


def command_for(program, python, arguments):
    if program.endswith(".sh"):
        return ["/bin/sh", "-c", shlex.join(["./" + program, *arguments])]
    if os.path.exists(os.path.join(contract.CODE, "setup.py")):
        return [python, "-m", program[:-3].replace("/", ".") if program.endswith(".py") else program, *arguments]
    return [python, program, *arguments]


def log_position():
    """Where this job's log ends now, when the log is a file that can be read back."""
    try:
        found = os.fstat(2)
        return found.st_size if stat.S_ISREG(found.st_mode) else None
    except OSError:
        return None


def last_error(position):
    """The end of the last traceback that was logged since."""
    if position is None:
        return ""
    try:
        with open("/proc/self/fd/2", "rb") as file:
            file.seek(max(position, os.fstat(2).st_size - 65536))
            text = file.read().decode("utf-8", "replace")
    except OSError:
        return ""
    lines = text[max(0, text.rfind(TRACEBACK)) :].strip().splitlines()
    if not lines or TRACEBACK not in lines[0]:
        return "\n".join(lines[-3:])[-LONGEST_MESSAGE:]
    # The last frame and the error itself; what follows the traceback is not part of it.
    end = next((i for i, line in enumerate(lines) if i > 0 and not line.startswith(" ")), len(lines) - 1)
    return "\n".join(lines[max(1, end - 2) : end + 1])[-LONGEST_MESSAGE:]


def start_script(command, environment):
    """Starts the script's process. Answers a function that waits for its end."""
    warm = sys.modules.get("telar_warm.interpreter")  # there only where this process was forked from a warm parent
    if warm and command[0] == sys.executable:
        pid = warm.fork(command, environment, contract.CODE, environment["PYTHONPATH"].split(os.pathsep))
        return lambda: os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if warm and os.path.basename(command[0]) == "python":
        print("telar: this script starts cold: it has requirements of its own.", file=sys.stderr, flush=True)
    return subprocess.Popen(command, cwd=contract.CODE, env=environment).wait


def run_script(command, environment):
    """The script's exit status. A SIGTERM is the script's to answer: it reaches every process of the job."""
    signal.signal(signal.SIGTERM, lambda signum, frame: None)
    try:
        status = start_script(command, environment)()
    except OSError as error:
        raise contract.UserError("The script could not be started: %s" % error)
    return status if status >= 0 else 128 - status


def run(values, own):
    program = values["user_entry_point"]
    fetch_code(values["module_dir"])
    script = os.path.join(contract.CODE, program)
    if not os.path.exists(script):
        there = ", ".join(sorted(os.listdir(contract.CODE))[:20]) or "nothing"
        raise contract.UserError("The script '%s' (sagemaker_program) is not in the code: it holds %s." % (program, there))
    if program.endswith(".sh"):
        os.chmod(script, os.stat(script).st_mode | 0o111)
    wanted = []
    if os.path.exists(os.path.join(contract.CODE, "requirements.txt")):
        wanted += ["-r", "requirements.txt"]
    if os.path.exists(os.path.join(contract.CODE, "setup.py")):
        wanted += ["."]
    python = install_requirements(wanted) if wanted else sys.executable
    command = command_for(program, python, values["user_args"])
    environment = dict(os.environ, **contract.variables(values, own))
    environment["PATH"] = os.pathsep.join([os.path.dirname(python), os.environ.get("PATH", "")])
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, [contract.CODE, os.environ.get("PYTHONPATH", "")]))
    log.info("Invoking script with the following command:\n\n%s\n", shlex.join(command))
    sys.stdout.flush()
    position = log_position()
    status = run_script(command, environment)
    if status != 0:
        contract.write_failure(
            'ExecuteUserScriptError:\nExitCode %d\nErrorMessage "%s"\nCommand "%s"' % (status, last_error(position), shlex.join(command))
        )
    return status
