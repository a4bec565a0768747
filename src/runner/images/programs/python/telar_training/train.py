"""Decides between script mode and the built-in algorithm, and turns every failure into /opt/ml/output/failure."""
import os
import sys
import traceback

from . import contract


def run():
    values, own, container = contract.settings()
    contract.configure_log(values["log_level"])
    for folder in (contract.MODEL, contract.OUTPUT_DATA):
        os.makedirs(folder, exist_ok=True)
    if values["user_entry_point"]:
        from . import script_mode

        return script_mode.run(values, own, container)
    if "xgboost" in (values["framework_module"] or ""):
        from . import xgboost_mode

        return xgboost_mode.run(contract.read_config("hyperparameters.json", {}), values)
    raise contract.UserError(
        "This image has no algorithm of its own: name the script in hyperparameter sagemaker_program "
        "(entry_point, in the SageMaker SDK)."
    )


def main():
    """0, or what the user's script exited with, or 1."""
    try:
        return run()
    except contract.UserError as error:
        print("UserError: %s" % error, file=sys.stderr)
        contract.write_failure("UserError: %s" % error)
    except Exception as error:  # whatever it is, the job's owner must be able to read it
        traceback.print_exc()
        contract.write_failure("framework error: \n%s" % "".join(traceback.format_exception_only(type(error), error)).strip())
    return 1
