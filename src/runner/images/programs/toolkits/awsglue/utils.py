"""Reading a job's arguments, as AWS Glue's scripts do."""
import argparse


class GlueArgumentError(Exception):
    pass


class _Parser(argparse.ArgumentParser):
    def error(self, message):
        raise GlueArgumentError(message)


# What Glue itself passes, and gives back where it is there.
_OWN = ("job-bookmark-option", "job-bookmark-from", "job-bookmark-to", "JOB_ID", "JOB_RUN_ID", "SECURITY_CONFIGURATION", "encryption-type")
_PRESENT = ("TempDir",)


def getResolvedOptions(args, options):
    """
    The values of a script's arguments by their names, all of them required.

    >>> getResolvedOptions(["script.py", "--day", "1"], ["day"])["day"]
    '1'
    """
    named = [option[2:] if option.startswith("--") else option for option in options]
    taken = [name for name in named if name in _OWN]
    if taken:
        raise RuntimeError("Using reserved arguments " + " ".join(taken))
    parser = _Parser(prog=args[0] if args else None, allow_abbrev=False, add_help=False)
    for name in dict.fromkeys([*_OWN, *_PRESENT]):
        if name not in named:
            parser.add_argument("--" + name, dest=name.replace("-", "_"), required=False)
    for name in dict.fromkeys(named):
        parser.add_argument("--" + name, dest=name, required=True)
    parsed, _ = parser.parse_known_args(_joined(args[1:]))
    found = {name: value for name, value in vars(parsed).items() if value is not None}
    found.setdefault("job_bookmark_option", "job-bookmark-disable")
    return found


def _joined(words):
    """`--name value` as `--name=value`, so that values may begin with hyphens."""
    joined, index = [], 0
    while index < len(words):
        word = words[index]
        if word.startswith("--") and "=" not in word and index + 1 < len(words) and not _is_name(words[index + 1]):
            joined.append("%s=%s" % (word, words[index + 1]))
            index += 2
        else:
            joined.append(word)
            index += 1
    return joined


def _is_name(word):
    return word.startswith("--")
