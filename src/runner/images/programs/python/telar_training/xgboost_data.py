"""Reading a channel's files into a DMatrix, as AWS's container does: with XGBoost's own text parsers.

D1. Files are read in the order of their names, whatever the file system's: the same data gives the same model.
"""
import csv
import logging
import os
import tempfile
from email.message import Message

from .contract import UserError

log = logging.getLogger("telar")
DEEPEST = 3
CSV, LIBSVM = "CSV", "LIBSVM"
TYPES = {"csv": CSV, "text/csv": CSV, "libsvm": LIBSVM, "text/libsvm": LIBSVM, "text/x-libsvm": LIBSVM}
UNSUPPORTED = ("parquet", "application/x-parquet", "recordio-protobuf", "application/x-recordio-protobuf")


def content_type(declared):
    """CSV or LIBSVM; a channel that declares nothing holds LIBSVM, as on AWS."""
    if not declared:
        return LIBSVM
    header = Message()
    header["content-type"] = declared.lower()
    name = header.get_content_type() if "/" in declared else declared.lower().split(";")[0].strip()
    if name in UNSUPPORTED:
        raise UserError("ContentType %s is not supported by Telar's XGBoost yet: use text/csv or text/libsvm." % declared)
    if name not in TYPES:
        raise UserError("%s is not an accepted ContentType: %s." % (declared, ", ".join([*TYPES, *UNSUPPORTED])))
    label_size = header.get_param("label_size")
    if TYPES[name] == CSV and label_size not in (None, "1"):
        raise UserError("%s is not an accepted csv ContentType. Optional parameter label_size must be equal to 1" % declared)
    return TYPES[name]


def data_files(folder):
    """Every data file of a channel, sorted by path."""
    found = []
    for root, folders, files in os.walk(folder):
        depth = 0 if root == folder else os.path.relpath(root, folder).count(os.sep) + 1
        folders.sort()
        if depth >= DEEPEST:
            if files:
                log.warning("The depth of folder %s exceed the limit %d. Files in deeper sub dirs won't be loaded.", folder, DEEPEST)
            folders.clear()
            continue
        for name in sorted(files):
            if name.startswith("."):
                raise UserError("Hidden file found in the data path! Remove that before training. (%s)" % name)
            if not name.startswith("_"):
                found.append(os.path.join(root, name))
    return sorted(found)


def first_line(path):
    with open(path, errors="ignore") as file:
        return file.readline()


def delimiter_of(line):
    try:
        return csv.Sniffer().sniff(line).delimiter
    except csv.Error as error:
        raise UserError("Could not determine delimiter on line %s:\n%s" % (line[:50], error))


def common_delimiter(files):
    """The delimiter of most files, so that one foreign file among them is the one that is blamed."""
    found = [delimiter_of(first_line(path)) for path in files]
    delimiter = max(sorted(set(found)), key=lambda one: (found.count(one), one == ","))
    log.info("Determined delimiter of CSV input is '%s'", delimiter)
    return delimiter


def is_number(text):
    try:
        float(text)
        return True
    except ValueError:
        return False


def check_libsvm(path):
    line = first_line(path)
    label, *features = line.split() or [""]
    right = all(is_number(part) for part in label.split(":")) and all(":" in part for part in features)
    if not right:
        raise UserError(
            "First line '%s...' of file '%s' is not 'LIBSVM' format. Please ensure the file is in 'LIBSVM' format."
            % (line[:50].rstrip("\n"), os.path.basename(path))
        )


def warn_of_header(path, delimiter):
    words = [word.strip().strip('"') for word in first_line(path).rstrip("\n").split(delimiter)]
    if words and not any(is_number(word) or word == "" for word in words):
        log.warning("The first line of %s looks like a header. It is read as data: remove it.", os.path.basename(path))


def link_all(files, folder):
    """Names that XGBoost's own path syntax (`;`, `?`, `#`) cannot be confused by."""
    links = []
    for index, path in enumerate(files):
        link = os.path.join(folder, "%06d" % index)
        os.symlink(path, link)
        links.append(link)
    return links


def without_stack(error):
    """What XGBoost said, without the frames of its C++."""
    lines = []
    skipping = False
    for line in str(error).splitlines():
        skipping = line.startswith("Stack trace") or (skipping and line.startswith("  [bt]"))
        if not skipping and line.strip():
            lines.append(line)
    return "\n".join(lines)


def culprit(links, files, suffix, folder):
    """Which file cannot be read by itself."""
    import xgboost

    for link, path in zip(links, files):
        try:
            xgboost.DMatrix(link + suffix)
        except xgboost.core.XGBoostError:
            return "\nThe file is '%s': every file under a channel's prefix is read as data." % os.path.relpath(path, folder)
    return ""


def read_channel(folder, kind, csv_weights=0):
    """A DMatrix of all the channel's files, or None when there is no data."""
    import xgboost

    files = data_files(folder) if os.path.isdir(folder) else []
    if sum(os.path.getsize(path) for path in files) == 0:
        return None
    if kind == CSV:
        delimiter = common_delimiter(files)
        warn_of_header(files[0], delimiter)
        suffix = "?format=csv&label_column=0&delimiter=%s" % delimiter + ("&weight_column=1" if csv_weights == 1 else "")
    else:
        for path in files:
            check_libsvm(path)
        suffix = "?format=libsvm"
    with tempfile.TemporaryDirectory() as links_folder:
        links = link_all(files, links_folder)
        try:
            matrix = xgboost.DMatrix(";".join(links) + suffix)
        except xgboost.core.XGBoostError as error:
            which = culprit(links, files, suffix, folder)
            raise UserError("Failed to load %s data with exception:\n%s%s" % (kind.lower(), without_stack(error), which))
    if matrix.get_label().size == 0:
        raise UserError("Got input data without labels. Please check the input data set.")
    return matrix
